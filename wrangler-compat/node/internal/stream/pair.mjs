// Two Duplex streams, each of which reads what the other is written.
export const makeDuplexPair = (Duplex) => function duplexPair(options) {
  class Side extends Duplex {
    // Called when the other side has read what this one wrote.
    written = null;
    other = null;

    _read() {
      const { written } = this;
      this.written = null;
      written?.();
    }

    _write(chunk, encoding, callback) {
      if (chunk.length === 0) return queueMicrotask(callback);
      this.other.push(chunk);
      this.other.written = callback;
    }

    _final(callback) {
      this.other.on("end", callback);
      this.other.push(null);
    }
  }
  const sides = [new Side(options), new Side(options)];
  sides[0].other = sides[1];
  sides[1].other = sides[0];
  return sides;
};
