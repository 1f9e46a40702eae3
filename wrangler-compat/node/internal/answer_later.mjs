import { nextTick } from "./ticks.mjs";

// Does the work later, and tells the callback what came of it, as Node.js does.
export function answerLater(work, callback) {
  nextTick(() => {
    let answer;
    try {
      answer = [null, work()];
    } catch (error) {
      answer = [error];
    }
    callback(...answer);
  });
}
