/** A message is finite when all its required fields are, a union when any member is. */
import type { Report } from "../diagnostics/diagnostic.ts";
import type { Field, Message, SchemaFile, Union } from "../schema.ts";
import type { Unit } from "../resolve/unit.ts";

type Node = Message | Union;

/** Reports the field at which each chain of required fields comes back to where it began. */
export function containsItself(units: readonly Unit[]): void {
  const nodes = units.flatMap(({ model }) =>
    model.declarations.filter(
      (declaration) => declaration.kind === "message" || declaration.kind === "union",
    ),
  );
  const endless = endlessNodes(nodes, units[0]?.incomplete ?? new Set());
  const reporters = new Map<SchemaFile, Report>(units.map(({ model, report }) => [model, report]));
  for (const chain of cycles(nodes, endless)) {
    const { node, field } = chain.at(-1)!;
    const path = chain.map((step) => `${step.node.name}.${step.field.name}`);
    reporters.get(node.file)!("endless", field.span, {
      unions: chain.every(({ node }) => node.kind === "union"),
      name: (field.type as { declaration: Node }).declaration.name,
      path,
    });
  }
}

const fieldsOf = (node: Node): readonly Field[] => (node.kind === "message" ? node.fields : node.members);

/** The message or union that a field cannot be without. */
function needed({ type, optional }: Field): Node | undefined {
  return !optional && (type.kind === "message" || type.kind === "union") ? type.declaration : undefined;
}

/** Works from the finite to what becomes finite by it; what is left over is endless. */
function endlessNodes(nodes: readonly Node[], incomplete: ReadonlySet<unknown>): Set<Node> {
  const users = new Map<Node, Node[]>();
  const missing = new Map<Node, number>();
  const finite: Node[] = [];
  for (const node of nodes) {
    const needs = fieldsOf(node).flatMap((field) => needed(field) ?? []);
    for (const other of needs) {
      if (!users.get(other)?.push(node)) users.set(other, [node]);
    }
    missing.set(node, needs.length);
    // An empty union, and what could not be read, are reported elsewhere.
    const settled =
      node.kind === "message" ? needs.length === 0 : needs.length < node.members.length || needs.length === 0;
    if (settled || incomplete.has(node)) finite.push(node);
  }
  const endless = new Set(nodes);
  for (const node of finite) {
    if (!endless.delete(node)) continue;
    for (const user of users.get(node) ?? []) {
      const left = missing.get(user)! - 1;
      missing.set(user, left);
      if (user.kind === "union" || left === 0) finite.push(user);
    }
  }
  return endless;
}

interface Step {
  readonly node: Node;
  readonly field: Field;
}

/** Walks the endless nodes depth first, without recursion; each step back onto the way here closes a chain. */
function* cycles(nodes: readonly Node[], endless: ReadonlySet<Node>): Generator<Step[]> {
  const done = new Set<Node>();
  for (const start of nodes) {
    if (!endless.has(start) || done.has(start)) continue;
    const way = [walk(start, endless)];
    const onWay = new Map<Node, number>([[start, 0]]);
    while (way.length > 0) {
      const current = way.at(-1)!;
      const step = current.steps[current.next++];
      if (step === undefined) {
        way.pop();
        onWay.delete(current.node);
        done.add(current.node);
        continue;
      }
      const target = needed(step.field)!;
      const index = onWay.get(target);
      if (index !== undefined) yield way.slice(index).map(({ steps, next }) => steps[next - 1]!);
      else if (!done.has(target)) {
        onWay.set(target, way.length);
        way.push(walk(target, endless));
      }
    }
  }
}

/** The fields that keep a node from ending. Of a union one is enough: were it finite, the union would be. */
function walk(node: Node, endless: ReadonlySet<Node>): { node: Node; steps: Step[]; next: number } {
  const steps = fieldsOf(node).flatMap((field) => {
    const target = needed(field);
    return target !== undefined && endless.has(target) ? [{ node, field }] : [];
  });
  return { node, steps: node.kind === "union" ? steps.slice(0, 1) : steps, next: 0 };
}
