import { setTimeout as sleep } from "node:timers/promises";
import { type CallOptions, RpcError, type Sent, type StatusCode } from "@gorpc/runtime";
import { answerOf, contentOf, wrongIn } from "./content.ts";
import { idKey, sizeKey } from "./handlers.ts";
import type { Plan } from "./plan.ts";
import { type Piece, Planned, type Request, type SoakClient } from "./soak.gorpc.ts";

/** How a call ended. */
export interface Ending {
  /** `planned`: as its job said; `left`: as its caller meant; `wrong`: with what it must never give. */
  readonly end: "answered" | "planned" | "left" | "failed" | "wrong";
  readonly code?: StatusCode;
  readonly sent?: Sent;
  /** What it failed with, or what is wrong. */
  readonly text?: string;
}

/** An ending, and for how long, in ms, its reader let answers wait. */
export type Performed = Ending & { readonly paused: number };

/** What faults of processes and of the network, and callers themselves, can end a call with. */
const possible: ReadonlySet<StatusCode> = new Set(["UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED"]);

class Wrong extends Error {}
class Leaving extends Error {}

/** Makes a call and compares every answer with what the plan says. Resolves, whatever becomes of it. */
export async function perform(client: SoakClient, plan: Plan): Promise<Performed> {
  const abort = new AbortController();
  const { leaves, job } = plan;
  const timer = leaves?.how === "abort" ? setTimeout(() => abort.abort(), leaves.after) : undefined;
  const options: CallOptions = {
    timeout: plan.timeout,
    signal: abort.signal,
    metadata: { [idKey]: job.id, [sizeKey]: String(plan.pieceSize) },
  };
  const answers = new Answers(plan);
  const ending = await run(client, plan, options, answers).then(
    () => wholeEnding(plan),
    (error: unknown) => endingOf(error, plan, answers),
  );
  clearTimeout(timer);
  return { ...ending, paused: answers.paused };
}

function wholeEnding({ job: { failsAfter } }: Plan): Ending {
  if (failsAfter === undefined) return { end: "answered" };
  return { end: "wrong", text: `it should have failed after ${failsAfter} answers` };
}

async function run(client: SoakClient, plan: Plan, options: CallOptions, answers: Answers): Promise<void> {
  const { job } = plan;
  switch (plan.kind) {
    case "one":
      answers.take(await client.one({ job, piece: pieceOf(plan, 0) }, options), 0);
      return answers.end();
    case "up":
      answers.take(await client.up(requestsOf(plan), options), plan.pieces);
      return answers.end();
    case "down":
      return readAll(client.down(job, options), plan, answers);
    case "both":
      return readAll(client.both(requestsOf(plan), options), plan, answers);
  }
}

async function readAll(stream: AsyncIterable<Piece>, plan: Plan, answers: Answers): Promise<void> {
  const { leaves, pause } = plan;
  if (leaves?.how === "break" && leaves.after === 0) return leaveUnread(stream);
  for await (const piece of stream) {
    answers.take(piece, answers.count);
    if (leaves?.how === "break" && answers.count === leaves.after) throw new Leaving();
    if (pause > 0) await answers.pause(pause);
  }
  answers.end();
}

/** Starts the call and leaves it before any answer. */
async function leaveUnread(stream: AsyncIterable<Piece>): Promise<void> {
  const reading = stream[Symbol.asyncIterator]();
  const first = reading.next().catch(() => {});
  await reading.return?.();
  await first;
  throw new Leaving();
}

async function* requestsOf(plan: Plan): AsyncGenerator<Request> {
  const { job, leaves, pieces, pause } = plan;
  yield { kind: "job", value: job };
  for (let index = 0; index < pieces; index++) {
    if (leaves?.how === "throw" && leaves.after === index) throw new Leaving();
    if (pause > 0) await sleep(pause);
    yield { kind: "piece", value: pieceOf(plan, index) };
  }
}

function pieceOf({ job: { id }, pieceSize }: Plan, index: number): Piece {
  return { id, index, content: contentOf(id, index, pieceSize) };
}

/** What came, against what the job says. */
class Answers {
  readonly #plan: Plan;
  count = 0;
  /** In ms. */
  paused = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  /** @throws Wrong */
  take(piece: Piece, index: number): void {
    const { id, size, answers } = this.#plan.job;
    if (piece.id !== id) throw new Wrong(`the answer of ${piece.id}`);
    if (piece.index !== index) throw new Wrong(`answer ${piece.index} instead of ${index}`);
    if (this.count >= answers) throw new Wrong(`more than its ${answers} answers`);
    const wrong = wrongIn(piece.content, answerOf(id), this.#contentIndex(index), size);
    if (wrong !== undefined) throw new Wrong(`answer ${index}: ${wrong}`);
    this.count++;
  }

  /** @throws Wrong */
  end(): void {
    const { answers } = this.#plan.job;
    if (this.count !== answers) throw new Wrong(`it ended after ${this.count} of ${answers} answers`);
  }

  /** Lets the next answers wait. */
  async pause(ms: number): Promise<void> {
    const began = performance.now();
    await sleep(ms);
    this.paused += performance.now() - began;
  }

  /** The one answer of a client's stream says with its index how many pieces came. */
  #contentIndex(index: number): number {
    return this.#plan.kind === "up" ? 0 : index;
  }
}

function endingOf(error: unknown, plan: Plan, answers: Answers): Ending {
  if (error instanceof Wrong) return { end: "wrong", text: error.message };
  if (error instanceof Leaving) return { end: "left" };
  if (error instanceof Planned) return plannedEnding(error, plan, answers);
  if (!(error instanceof RpcError)) return { end: "wrong", text: `no RpcError but ${String(error)}` };
  const { code, sent, message: text } = error;
  const seen = { code, text, ...(sent !== undefined && { sent }) };
  if (!possible.has(code)) return { end: "wrong", ...seen };
  const isMeant = code === "CANCELLED" && (plan.leaves?.how === "abort" || error.cause instanceof Leaving);
  return { end: isMeant ? "left" : "failed", ...seen };
}

function plannedEnding({ id }: Planned, { kind, job }: Plan, { count }: Answers): Ending {
  if (id !== job.id) return { end: "wrong", text: `the error of ${id}` };
  // Where there is one answer, its job fails instead of it.
  const meant = kind === "one" || kind === "up" ? 0 : job.failsAfter;
  if (job.failsAfter === undefined || count !== meant)
    return { end: "wrong", text: `it failed after ${count} answers, not after ${job.failsAfter ?? "none"}` };
  return { end: "planned", sent: "yes" };
}
