// What readable-stream asks of `process`: only this, so that streams do not bring all of it into a bundle.
export { nextTick } from "npm:unenv/node/internal/process/nexttick";
import { nextTick } from "npm:unenv/node/internal/process/nexttick";

export default { nextTick };
