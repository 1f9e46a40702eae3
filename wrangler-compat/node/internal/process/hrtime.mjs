// Time from some point on, in seconds and nanoseconds. The clock of a Worker stands still while it computes.
const nanoseconds = () => BigInt(Math.round(performance.now() * 1e6));

export function hrtime(start) {
  const now = nanoseconds() - (start ? BigInt(start[0]) * 1_000_000_000n + BigInt(start[1]) : 0n);
  const rest = ((now % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  return [Number((now - rest) / 1_000_000_000n), Number(rest)];
}
hrtime.bigint = nanoseconds;
