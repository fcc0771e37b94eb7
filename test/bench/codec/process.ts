/** The measured process: `process.ts <peers> <ms per batch> <batches>`. Sends its samples to its parent. */
import { isDeepStrictEqual } from "node:util";
import type { Sample } from "./run.ts";
import { peerModule } from "../peer-module.ts";
import type { Coder, Peer } from "./peer.ts";
import type { PeerName } from "./peers.ts";
import { Numbers, type SizeName, sizes } from "./sizes.ts";

/** One library's work on one size. */
interface Bench {
  readonly peer: PeerName;
  readonly size: SizeName;
  readonly bytes: number;
  readonly encode: (rounds: number) => void;
  readonly decode: (rounds: number) => void;
}

// What a batch makes must be used, or the engine could leave it out.
let used = 0;

function prepare(peer: PeerName, library: Peer, size: SizeName): Bench {
  const coder = library.open(size);
  const { make, variants } = sizes[size];
  const numbers = new Numbers(1);
  const values = numbers.times(variants, () => make(numbers));
  const messages = values.map((value) => coder.prepare(value));
  const encoded = messages.map((message) => coder.encode(message).slice());
  for (const [index, value] of values.entries()) check(peer, coder, value, encoded[index]!);
  return {
    peer,
    size,
    bytes: encoded.reduce((sum, { length }) => sum + length, 0) / variants,
    encode(rounds) {
      for (let i = 0; i < rounds; i++) used += coder.encode(messages[i % variants]).length;
    },
    decode(rounds) {
      for (let i = 0; i < rounds; i++) used += coder.decode(encoded[i % variants]!) === undefined ? 0 : 1;
    },
  };
}

function check(peer: PeerName, coder: Coder, value: object, bytes: Uint8Array): void {
  const decoded = coder.plain(coder.decode(bytes));
  if (!isDeepStrictEqual(withoutAbsent(decoded), withoutAbsent(value))) {
    throw new Error(`${peer} decodes another value than it encoded`);
  }
}

/** Without what is undefined or null, prototypes and the libraries' own `$` properties. */
function withoutAbsent(value: unknown): unknown {
  const text = JSON.stringify(value, (key, content: unknown) =>
    key.startsWith("$") || content === null ? undefined : content,
  );
  return JSON.parse(text);
}

/** How many rounds take about the given time. */
function calibrate(work: (rounds: number) => void, milliseconds: number): number {
  for (let rounds = 1; ; rounds *= 2) {
    const start = performance.now();
    work(rounds);
    const time = performance.now() - start;
    if (time > milliseconds / 2) return Math.max(1, Math.round((rounds * milliseconds) / time));
  }
}

const [names, milliseconds, batches] = process.argv.slice(2) as [string, string, string];
const order = names.split(",") as PeerName[];
const libraries = await Promise.all(
  order.map(async (name) => ({ name, ...(await peerModule<{ peer: Peer }>(name)) })),
);
const benches = (Object.keys(sizes) as SizeName[]).flatMap((size) =>
  libraries.map(({ name, peer }) => prepare(name, peer, size)),
);
const works = benches.flatMap((bench) =>
  (["encode", "decode"] as const).map((direction) => ({ bench, direction, work: bench[direction] })),
);
// Twice: what the second finds is optimized, and knows every shape that it will meet.
for (const { work } of works) calibrate(work, Number(milliseconds));
const plans = works.map((entry) => ({ ...entry, rounds: calibrate(entry.work, Number(milliseconds)) }));
const samples: Sample[] = [];
for (let batch = 0; batch < Number(batches); batch++) {
  for (const { bench, direction, work, rounds } of plans) {
    const start = performance.now();
    work(rounds);
    const nanoseconds = ((performance.now() - start) * 1e6) / rounds;
    samples.push({ peer: bench.peer, size: bench.size, direction, nanoseconds, bytes: bench.bytes });
  }
}
if (used === 0) throw new Error("nothing was measured");
process.send!(samples);
