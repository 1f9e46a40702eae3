// One connection of cloudflare:sockets, as a net.Socket reads and writes it.
import { connect } from "cloudflare:sockets";

const ignore = () => {};

export class Link {
  bytesRead = 0;
  bytesWritten = 0;
  #socket;
  #reader;
  #writer;
  #user;
  #wanted = false;
  #pumping = false;
  // Nothing is read any more.
  #left = false;
  // The other side will send no more.
  #ended = false;

  /**
   * @param {object} socket of cloudflare:sockets
   * @param {{ take(bytes: Uint8Array): boolean, end(), fail(error), thrown(error) }} user who reads
   *     it: take() says whether it goes on; thrown() is told what take() threw
   */
  constructor(socket, user) {
    this.#socket = socket;
    this.#user = user;
    this.#reader = socket.readable.getReader();
    this.#writer = socket.writable.getWriter();
    // What ends it is found by who reads and who writes.
    socket.closed.catch(ignore);
  }

  // Both directions are ended one by one, as Node.js does it: what was written goes out before the end does.
  static to({ host, port }, user) {
    return new Link(connect({ hostname: host, port }, { allowHalfOpen: true, secureTransport: "starttls" }), user);
  }

  // A promise for the connection.
  get opened() {
    return this.#socket.opened;
  }

  get reading() {
    return this.#wanted;
  }

  start() {
    this.#wanted = true;
    if (!this.#pumping) void this.#pump();
  }

  stop() {
    this.#wanted = false;
  }

  // What listeners throw is nobody's error but theirs.
  async #pump() {
    this.#pumping = true;
    try {
      while (this.#wanted && !this.#left) {
        const bytes = await this.#read();
        if (this.#left) return;
        if (bytes === undefined) {
          this.#left = true;
          this.#ended = true;
          this.#user.end();
          return;
        }
        this.bytesRead += bytes.byteLength;
        this.#wanted = this.#taken(bytes) && this.#wanted;
      }
    } finally {
      this.#pumping = false;
    }
  }

  #taken(bytes) {
    try {
      return this.#user.take(bytes);
    } catch (error) {
      this.#left = true;
      this.#user.thrown(error);
      throw error;
    }
  }

  // Undefined at the end, and when it broke.
  async #read() {
    try {
      return (await this.#reader.read()).value;
    } catch (error) {
      if (this.#left) return undefined;
      this.#left = true;
      this.#user.fail(error);
      return undefined;
    }
  }

  // A promise for when more may be written.
  async write(bytes) {
    this.bytesWritten += bytes.byteLength;
    if (bytes.byteLength > 0) await this.#writer.write(bytes);
  }

  // Nothing more is written. With TLS the runtime sees to that itself, once the other side has ended.
  async finish() {
    try {
      await this.#writer.close();
    } catch (error) {
      if (!this.#ended) throw error;
    }
  }

  // Ends it, once all that was written is sent.
  close() {
    this.#left = true;
    this.#socket.close().catch(ignore);
  }

  // Ends it at once.
  abort() {
    this.#left = true;
    this.#writer.abort().catch(ignore);
    this.#socket.close().catch(ignore);
  }

  // The same connection with TLS. This one is over.
  startTls(options, user) {
    this.#left = true;
    this.#reader.releaseLock();
    this.#writer.releaseLock();
    return new Link(this.#socket.startTls(options), user);
  }
}
