/** Times as protobuf keeps them: whole seconds and the nanoseconds beyond. */
export interface SecondsAndNanos {
  readonly seconds: number;
  readonly nanos: number;
}

const nanosPerSecond = 1e9;
const nanosPerMs = 1e6;

/** A `Date` reaches this many ms to either side of 1970. */
const maxTimestampMs = 8.64e15;

/** Protobuf's durations reach 10,000 years to either side. */
const maxDurationSeconds = 315_576_000_000;

/** Tells whether a duration in ms is one that protobuf can hold. */
export function isDuration(ms: number): boolean {
  return Math.abs(ms) <= maxDurationSeconds * 1000;
}

/** A timestamp, whose nanoseconds count forward also before 1970. */
export function splitTimestamp(ms: number): SecondsAndNanos {
  const seconds = Math.floor(ms / 1000);
  return { seconds, nanos: (ms - seconds * 1000) * nanosPerMs };
}

/** A timestamp in whole ms, rounded down; undefined outside the range of `Date`. */
export function joinTimestamp(seconds: number, nanos: number): number | undefined {
  const ms = seconds * 1000 + Math.floor(nanos / nanosPerMs);
  return Math.abs(ms) <= maxTimestampMs ? ms : undefined;
}

/** A duration to the nearest nanosecond; both parts have its sign. */
export function splitDuration(ms: number): SecondsAndNanos {
  const size = Math.abs(ms);
  const sign = ms < 0 ? -1 : 1;
  const seconds = Math.floor(size / 1000);
  const nanos = Math.round((size - seconds * 1000) * nanosPerMs);
  return nanos < nanosPerSecond
    ? { seconds: sign * seconds, nanos: sign * nanos }
    : { seconds: sign * (seconds + 1), nanos: 0 };
}

/** A duration in ms; undefined outside protobuf's range. */
export function joinDuration(seconds: number, nanos: number): number | undefined {
  let whole = seconds + Math.trunc(nanos / nanosPerSecond);
  let rest = nanos % nanosPerSecond;
  // Parts of one sign, as they go out again: others would differ in the last digit.
  if (whole > 0 && rest < 0) [whole, rest] = [whole - 1, rest + nanosPerSecond];
  else if (whole < 0 && rest > 0) [whole, rest] = [whole + 1, rest - nanosPerSecond];
  const ms = whole * 1000 + rest / nanosPerMs;
  return isDuration(ms) ? ms : undefined;
}
