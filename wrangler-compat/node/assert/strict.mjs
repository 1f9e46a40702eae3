// node:assert where == is === everywhere.
import { strict } from "node:assert";

export {
  AssertionError, deepStrictEqual, deepStrictEqual as deepEqual, doesNotMatch, doesNotReject,
  doesNotThrow, fail, ifError, match, notDeepStrictEqual, notDeepStrictEqual as notDeepEqual,
  notStrictEqual, notStrictEqual as notEqual, ok, partialDeepStrictEqual, rejects, strict,
  strictEqual, strictEqual as equal, throws,
} from "node:assert";
export default strict;
