// How long nothing came and nothing went. Something that happens only notes when: the timer looks at that.
export class IdleTimer {
  #report;
  #limit = 0;
  #last = 0;
  #timer = undefined;

  constructor(report) {
    this.#report = report;
  }

  // 0 is no limit.
  set(limit) {
    this.clear();
    this.#limit = limit;
    this.touch();
  }

  touch() {
    if (this.#limit === 0) return;
    this.#last = Date.now();
    if (this.#timer === undefined) this.#wait(this.#limit);
  }

  clear() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#limit = 0;
  }

  #wait(time) {
    this.#timer = setTimeout(() => {
      const left = this.#last + this.#limit - Date.now();
      if (left > 0) {
        this.#wait(left);
        return;
      }
      // Once, and again only after something has happened.
      this.#timer = undefined;
      this.#report();
    }, time);
  }
}
