/** What stands in the braces of messages, unions, errors and enums: fields, values and `reserved`. */
import type { IToken } from "chevrotain";
import type { FieldNode, NumberNode, ReservedItemNode, ReservedNode, ValueNode } from "../ast.ts";
import * as t from "../tokens.ts";
import { keywords } from "../tokens.ts";
import { AnnotationGrammar } from "./annotations.ts";

export abstract class FieldGrammar extends AnnotationGrammar {
  protected readonly field = this.RULE("field", (fields: FieldNode[]) => {
    const doc = this.ACTION(() => this.docBefore(this.LA(1), this.LA(0)));
    const first = this.LA(1);
    const number = this.OPTION(() => this.CONSUME(t.Numeric));
    const name = this.CONSUME(t.Word, { ERR_MSG: "the field's name" });
    const early = this.OPTION1(() => this.CONSUME(t.Question));
    const colon = this.OPTION2(() => this.CONSUME(t.Colon));
    this.ACTION(() => {
      if (early !== undefined)
        this.foreign(early, early, "the `?` stands behind the type", `write \`${name.image}: T?\``);
      if (this.atType()) {
        if (colon === undefined) this.expected("`:`");
        return;
      }
      this.expected(colon === undefined ? "`:` and a type" : "a type");
      this.skip(() => this.is(1, t.AnnotationName) || this.atField() || this.atDeclaration());
    });
    const type = this.OPTION3({
      GATE: () => this.atType(),
      DEF: () =>
        this.guarded(
          () => this.SUBRULE(this.type),
          () => this.is(1, t.AnnotationName) || this.atField() || this.atDeclaration(),
        ),
    });
    // A colon behind it shows that it was not the type.
    const isStray = colon === undefined && this.is(1, t.Colon);
    const last = this.LA(0);
    this.OPTION4(() => {
      const equals = this.CONSUME(t.Equals);
      this.SUBRULE(this.literal);
      this.ACTION(() => {
        const help = number === undefined ? "the number comes first: `1 name: type`" : "remove it";
        this.foreign(equals, this.LA(0), "nothing is assigned to a field: it has no default", help);
      });
    });
    const annotations = this.SUBRULE(this.trailing);
    this.ACTION(() => {
      fields.push({
        number: number && this.number(number),
        name: this.name(name),
        doc,
        type: isStray ? undefined : early && type ? { kind: "optional", inner: type, span: type.span } : type,
        annotations,
        span: this.span(first, last),
      });
    });
  });

  private atType(): boolean {
    return this.is(1, t.Word, t.DeepType) && !this.atField() && !this.atDeclaration();
  }

  protected readonly value = this.RULE("value", (values: ValueNode[]) => {
    const doc = this.ACTION(() => this.docBefore(this.LA(1), this.LA(0)));
    const first = this.LA(1);
    let number = this.OPTION(() => this.CONSUME(t.Numeric));
    const name = this.CONSUME(t.Word, { ERR_MSG: "the value's name" });
    const last = this.LA(0);
    this.OPTION1(() => {
      const equals = this.CONSUME(t.Equals);
      const behind = this.CONSUME1(t.Numeric);
      this.ACTION(() => {
        this.foreign(
          equals,
          behind,
          "the number of an enum's value comes first",
          `write \`${behind.image} ${name.image}\``,
        );
        number ??= behind;
      });
    });
    const annotations = this.SUBRULE(this.trailing);
    this.ACTION(() => {
      values.push({
        number: number && this.number(number),
        name: this.name(name),
        doc,
        annotations,
        span: this.span(first, last),
      });
    });
  });

  // Reserved numbers and names

  protected readonly reserved = this.RULE("reserved", (statements: ReservedNode[]) => {
    const keyword = this.CONSUME(keywords.reserved);
    const items: ReservedItemNode[] = [];
    this.SUBRULE(this.reservedItem, { ARGS: [items] });
    this.MANY({
      GATE: () => !(this.is(2, t.Numeric) && this.is(3, t.Word) && this.LA(3).image !== "to"),
      DEF: () => {
        this.CONSUME(t.Comma);
        this.SUBRULE1(this.reservedItem, { ARGS: [items] });
      },
    });
    this.ACTION(() => statements.push({ items, span: this.span(keyword, this.LA(0)) }));
  });

  private readonly reservedItem = this.RULE("reservedItem", (items: ReservedItemNode[]) => {
    this.OR({
      ERR_MSG: "a number, a range `12..15` or a name in quotes",
      DEF: [
        {
          ALT: () => {
            const from = this.CONSUME(t.Numeric);
            const to = this.OPTION({
              GATE: () => !this.is(1, t.Numeric) || this.LA(1).image.startsWith("-"),
              DEF: () => this.SUBRULE(this.rangeEnd, { ARGS: [from] }),
            });
            this.ACTION(() => {
              const start = this.number(from);
              items.push({ kind: "range", from: start, to: to ?? start, span: this.span(from, this.LA(0)) });
            });
          },
        },
        {
          ALT: () => {
            const name = this.CONSUME(t.Text);
            this.ACTION(() => items.push({ kind: "name", name: this.text(name), span: this.span(name) }));
          },
        },
        {
          ALT: () => {
            const name = this.CONSUME(t.Word);
            this.ACTION(() => {
              const span = this.span(name);
              this.foreign(name, name, "reserved names stand in quotes", `write \`"${name.image}"\``);
              items.push({ kind: "name", name: { kind: "text", value: name.image, span }, span });
            });
          },
        },
      ],
    });
  });

  /** `..15`; also `to 15` and `-15`, which are reported. */
  private readonly rangeEnd = this.RULE("rangeEnd", (from: IToken): NumberNode => {
    const dots = this.OPTION(() => this.CONSUME(t.DotDot));
    const to = this.OPTION1({ GATE: () => this.LA(1).image === "to", DEF: () => this.CONSUME(t.Word) });
    const end = this.CONSUME(t.Numeric);
    return this.ACTION(() => {
      const number = this.number(end);
      if (dots !== undefined && to === undefined) return number;
      const text = number.text.replace(/^-/, "");
      this.foreign(from, end, "a range of numbers is written with `..`", `write \`${from.image}..${text}\``);
      return { ...number, text };
    });
  });
}
