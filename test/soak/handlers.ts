import { setTimeout as sleep } from "node:timers/promises";
import type { CallContext } from "@gorpc/runtime";
import { answerOf, contentOf, wrongIn } from "./content.ts";
import {
  type Job,
  type Piece,
  Planned,
  type Request,
  type SoakHandlers,
  WrongRequest,
} from "./soak.gorpc.ts";

/** The key under which a call's id travels beside it: known before any of its messages is read. */
export const idKey = "soak-id";
/** Bytes of each piece that the call sends. */
export const sizeKey = "soak-size";

/** The service. `onRun` hears of each call whose handler was entered. */
export function soakHandlers(onRun: (id: string) => void): SoakHandlers {
  const enter = ({ metadata }: CallContext): void => onRun(metadata.get(idKey) as string);
  return {
    one({ job, piece }, context) {
      enter(context);
      check(piece, job.id, 0, context);
      return job.takes === 0 && job.failsAfter === undefined ? answer(job, 0) : soon(job, context);
    },
    down(job, context) {
      enter(context);
      return answers(job, context);
    },
    up(requests, context) {
      enter(context);
      return addUp(requests, context);
    },
    both(requests, context) {
      enter(context);
      return eachAnswered(requests, context);
    },
  };
}

async function soon(job: Job, context: CallContext): Promise<Piece> {
  await work(job, context);
  fail(job, 0);
  fail(job, 1);
  return answer(job, 0);
}

async function* answers(job: Job, context: CallContext): AsyncGenerator<Piece> {
  for (let index = 0; index < job.answers; index++) {
    fail(job, index);
    await work(job, context);
    yield answer(job, index);
  }
  fail(job, job.answers);
}

async function addUp(requests: AsyncIterable<Request>, context: CallContext): Promise<Piece> {
  const { job, pieces } = await begin(requests);
  let count = 0;
  for await (const piece of pieces) check(piece, job.id, count++, context);
  const { index, ...rest } = await soon(job, context);
  return { ...rest, index: index + count };
}

async function* eachAnswered(requests: AsyncIterable<Request>, context: CallContext): AsyncGenerator<Piece> {
  const { job, pieces } = await begin(requests);
  let count = 0;
  for await (const piece of pieces) {
    fail(job, count);
    check(piece, job.id, count, context);
    await work(job, context);
    yield answer(job, count++);
  }
  fail(job, count);
}

/** The job that comes first, and the pieces behind it. */
async function begin(
  requests: AsyncIterable<Request>,
): Promise<{ readonly job: Job; readonly pieces: AsyncIterable<Piece> }> {
  const coming = requests[Symbol.asyncIterator]();
  const first = await coming.next();
  if (first.done === true || first.value.kind !== "job")
    throw new WrongRequest({ id: "?", reason: "no job came first" });
  return { job: first.value.value, pieces: piecesOf(coming) };
}

async function* piecesOf(coming: AsyncIterator<Request>): AsyncGenerator<Piece> {
  for (let next = await coming.next(); next.done !== true; next = await coming.next()) {
    if (next.value.kind !== "piece") throw new WrongRequest({ id: "?", reason: "a job came later" });
    yield next.value.value;
  }
}

async function work({ takes }: Job, { signal }: CallContext): Promise<void> {
  if (takes > 0) await sleep(takes, undefined, { signal });
}

function fail({ id, failsAfter }: Job, answered: number): void {
  if (failsAfter === answered) throw new Planned({ id });
}

function answer({ id, size }: Job, index: number): Piece {
  return { id, index, content: contentOf(answerOf(id), index, size) };
}

function check(piece: Piece, id: string, index: number, { metadata }: CallContext): void {
  const wrong =
    piece.id !== id || metadata.get(idKey) !== id
      ? `a piece of ${piece.id} in a call of ${id}`
      : piece.index !== index
        ? `piece ${piece.index} instead of ${index}`
        : wrongIn(piece.content, id, index, Number(metadata.get(sizeKey)));
  if (wrong !== undefined) throw new WrongRequest({ id, reason: wrong });
}
