// The same modules by their names without "node:", and by require().
import { createHash } from "crypto";
import { Readable } from "stream";
import { gzipSync } from "zlib";
import required from "./required.cjs";

export const cases = {
  "without the prefix": async () => [createHash("md5").update("a").digest("hex"), await Readable.from(["a"]).toArray(), gzipSync("").length],
  "by require()": () => required(),
};
