/** The checks that keep an annotation from sticking to the wrong neighbour: free as the layout is, these places are not. */
import type { AnnotationNode, FileNode } from "./ast.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import { hasLineBreak } from "./white-space.ts";

export function checkLayout(file: FileNode, text: string, report: Report): void {
  const onOneLine = (from: number, to: number): boolean => !hasLineBreak(text.slice(from, to));

  const checkTrailing = (end: number, annotations: readonly AnnotationNode[]): void => {
    for (const { name, span } of annotations) {
      if (!onOneLine(end, span.start)) report("annotation-off-line", span, { name: name.text });
      end = span.end;
    }
  };

  const checkLeading = (previousEnd: number | undefined, [first]: readonly AnnotationNode[]): void => {
    if (previousEnd === undefined || first === undefined || !onOneLine(previousEnd, first.span.start)) return;
    report("annotation-on-line-of-another", first.span, { name: first.name.text });
  };

  const ends = [...file.packages, ...file.imports, ...file.declarations]
    .map(({ span }) => span.end)
    .sort((a, b) => a - b);
  let next = 0;
  for (const declaration of [...file.declarations].sort((one, other) => one.span.start - other.span.start)) {
    while (next < ends.length && ends[next]! <= declaration.span.start) next++;
    checkLeading(ends[next - 1], declaration.annotations);
    if (declaration.kind === "service") {
      declaration.methods.forEach((method, index) => {
        checkLeading(declaration.methods[index - 1]?.span.end, method.annotations);
      });
    } else if (declaration.kind !== "constant") {
      for (const { span, annotations } of declaration.members) checkTrailing(span.end, annotations);
    }
  }
}
