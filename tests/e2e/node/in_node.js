// The cases of one file in Node.js: node in_node.js FILE
import { files } from "./cases.js";
import { report } from "./report.js";

process.stdout.write(await report(files[process.argv[2]]));
