const assert = require("assert");
const crypto = require("node:crypto");
const EventEmitter = require("events");
const Stream = require("stream");
const util = require("util");
const { StringDecoder } = require("string_decoder");
const { gunzipSync, gzipSync } = require("zlib");

module.exports = () => {
  assert(true);
  assert.deepEqual([1], [1]);
  return [
    crypto.createHash("sha1").update("a").digest("hex"), typeof EventEmitter, new Stream.PassThrough() instanceof Stream,
    util.format("%o", [1]), new StringDecoder("hex").write(Buffer.from("a")), gunzipSync(gzipSync("z")).toString(),
  ];
};
