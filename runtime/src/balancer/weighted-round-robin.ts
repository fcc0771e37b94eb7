import type { Balancer, Candidate } from "./balancer.ts";
import { MinTree } from "./min-tree.ts";
import { PerList } from "./per-list.ts";
import { weightsOf } from "./weight.ts";

/**
 * One after the other, each as often as its weight says and at even distances, not in a row: its turns are 1 / weight apart, from a
 * random start, and the next is whose turn is due first.
 */
export function weightedRoundRobin(): Balancer {
  return {
    name: "weighted round robin",
    picker(random) {
      /** Who stays keeps its turn when others come and go. */
      const turns = new WeakMap<Candidate, { due: number }>();
      let present = 0;
      const start = (candidate: Candidate, weight: number): { due: number } => {
        const turn = { due: present + random() / weight };
        turns.set(candidate, turn);
        return turn;
      };
      const lists = new PerList((candidates) => {
        const weights = weightsOf(candidates);
        const tree = new MinTree(candidates.length);
        const own = candidates.map((candidate, i) => turns.get(candidate) ?? start(candidate, weights[i]!));
        for (const [i, turn] of own.entries()) {
          // Who was away for a while has no turns to catch up with, and a new weight counts at once.
          turn.due = Math.min(Math.max(turn.due, present), present + 1 / weights[i]!);
          tree.set(i, turn.due, i);
        }
        return { weights, tree, own };
      });
      return {
        pick(candidates, call) {
          const { weights, tree, own } = lists.of(candidates, call);
          let index = tree.least;
          // Its turn came in a list of fewer.
          for (; tree.first(index) !== own[index]!.due; index = tree.least)
            tree.set(index, own[index]!.due, index);
          const turn = own[index]!;
          present = Math.max(present, turn.due);
          turn.due += 1 / weights[index]!;
          tree.set(index, turn.due, index);
          return index;
        },
      };
    },
  };
}
