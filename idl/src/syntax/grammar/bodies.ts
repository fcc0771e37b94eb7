/** Bodies in braces, and how to go on where one does not open or close, or holds what does not belong there. */
import type { ParserMethod } from "chevrotain";
import type { NameNode, ReservedNode } from "../ast.ts";
import * as t from "../tokens.ts";
import type { Leading } from "./annotations.ts";
import type { Region } from "./recovery.ts";
import { RpcGrammar } from "./rpcs.ts";

/** Bodies inside bodies that are still read; deeper ones are passed over. */
const deepestNesting = 8;

export interface Body<Member> {
  readonly members: Member[];
  readonly reserved: ReservedNode[];
  incomplete: boolean;
}

export const emptyBody = <Member>(): Body<Member> => ({ members: [], reserved: [], incomplete: false });

/** How to read one kind of body. */
interface Block<Member> {
  readonly keyword: string;
  /** Undefined where it is missing. */
  readonly name: NameNode | undefined;
  readonly leading: Leading;
  readonly body: Body<Member>;
  /** What may stand there, for an error. */
  readonly expects: string;
  /** Whether the next tokens are to be read as a member, right or wrong. */
  readonly isMember: () => boolean;
  readonly isReserved: () => boolean;
  readonly member: () => void;
  /** Whether a member begins here beyond doubt. */
  readonly begins: () => boolean;
}

export abstract class BodyGrammar extends RpcGrammar {
  protected abstract readonly declaration: ParserMethod<[], void>;
  #nesting = 0;

  protected readonly separators = this.RULE("separators", () => {
    const first = this.LA(1);
    this.AT_LEAST_ONE(() =>
      this.OR([{ ALT: () => this.CONSUME(t.Comma) }, { ALT: () => this.CONSUME(t.Semicolon) }]),
    );
    this.ACTION(() =>
      this.source.report("stray-separator", this.span(first, this.LA(0)), { separator: first.image }),
    );
  });

  /** Something that begins nothing. */
  protected readonly junk = this.RULE(
    "junk",
    (expects: string, stop: () => boolean, region: Region = "body") => {
      this.ACTION(() => {
        this.unexpected(expects, this.adviceOnJunk());
        this.noteLoss(region);
      });
      this.CONSUME(t.Any);
      this.ACTION(() => {
        this.passBlock(region);
        this.skip(stop, region);
      });
    },
  );

  /** What somebody may have meant who wrote this where a member begins. */
  private adviceOnJunk(): string | undefined {
    const [type, name] = [this.LA(1).image, this.LA(2).image];
    if (this.is(1, t.AnnotationName)) return "a field's annotations stand behind it, on its line";
    if (this.is(2, t.Word) && this.is(3, t.Equals) && this.is(4, t.Numeric))
      return `write \`${this.LA(4).image} ${name}: ${type}\``;
    return type.startsWith("|") ? "a choice of types is declared as a `union`" : undefined;
  }

  /** Undefined, and reported, where something else stands. */
  protected readonly declaredName = this.RULE("declaredName", (what: string): NameNode | undefined => {
    const name = this.OPTION({ GATE: () => !this.atNextConstruct(), DEF: () => this.CONSUME(t.Word) });
    return this.ACTION(() => {
      if (name !== undefined) return this.name(name);
      this.expected(`the ${what}'s name`);
      this.file.lost.nameless = true;
      return undefined;
    });
  });

  /** Braces and what is between them. Called once in a rule: it uses the rule's last occurrence numbers. */
  protected block<Member>(block: Block<Member>): void {
    const { body, isMember, isReserved, begins } = block;
    const opened = this.ACTION(() => this.toOpeningBrace(block));
    body.incomplete = !opened;
    const isHere = opened || block.name !== undefined;
    this.OPTION8(() => this.CONSUME8(t.LCurly));
    this.MANY8({
      GATE: () =>
        isHere &&
        !this.is(1, t.RCurly) &&
        (!this.atDeclaration() || (opened && this.isNested(block.leading))),
      DEF: () =>
        this.OR8({
          MAX_LOOKAHEAD: 1,
          IGNORE_AMBIGUITIES: true,
          DEF: [
            { GATE: () => this.atDeclaration(), ALT: () => this.nested(begins) },
            {
              GATE: isReserved,
              ALT: () => this.member(block, () => this.SUBRULE8(this.reserved, { ARGS: [body.reserved] })),
            },
            { GATE: isMember, ALT: () => this.member(block, block.member) },
            { ALT: () => this.SUBRULE8(this.separators) },
            {
              ALT: () => {
                body.incomplete = true;
                this.SUBRULE8(this.junk, {
                  ARGS: [`${block.expects} or \`}\``, () => this.atMember(begins)],
                });
              },
            },
          ],
        }),
    });
    const closed = this.OPTION9(() => this.CONSUME8(t.RCurly));
    this.ACTION(() => {
      if (closed === undefined && opened)
        this.missingClose(`${block.keyword} ${block.name?.text ?? ""}`.trimEnd());
    });
  }

  /** Notes a missing `{`, unless the name is missing too, and passes over what is in its place. */
  private toOpeningBrace({ name, begins }: Pick<Block<never>, "name" | "begins">): boolean {
    if (this.is(1, t.LCurly)) return true;
    if (name !== undefined) {
      this.expected("`{`");
      this.skip(() => this.is(1, t.LCurly) || begins() || this.atTopLevel());
    }
    return this.is(1, t.LCurly);
  }

  private missingClose(title: string): void {
    const start = t.endOf(this.LA(0));
    this.source.report(
      "missing-close",
      { path: this.source.path, start, end: start },
      { opener: `\`${title}\`` },
    );
  }

  private atMember(begins: () => boolean): boolean {
    return begins() || this.atDeclaration();
  }

  private member<Member>({ body, begins }: Block<Member>, rule: () => void): void {
    const read = this.guarded(
      () => {
        rule();
        return true;
      },
      () => this.atMember(begins),
    );
    body.incomplete ||= read === undefined;
  }

  /** A declaration that begins right of the one it stands in is meant to be inside; else a `}` is missing. */
  private isNested(outer: Leading): boolean {
    return this.columnOf(this.LA(1)) > this.columnOf(outer.first);
  }

  private nested(begins: () => boolean): void {
    this.ACTION(() => {
      const keyword = this.LA(1);
      const last = this.is(2, t.Word) ? this.LA(2) : keyword;
      this.source.report("nested-declaration", this.span(keyword, last), {
        what: `\`${keyword.image} ${last.image}\``,
      });
    });
    this.#nesting++;
    try {
      if (this.#nesting > deepestNesting) this.passDeclaration();
      else {
        this.guarded(
          () => this.SUBRULE8(this.declaration),
          () => this.atMember(begins),
        );
      }
    } finally {
      this.#nesting--;
    }
  }

  private passDeclaration(): void {
    this.pass("body");
    this.skip(() => this.is(0, t.RCurly));
  }
}
