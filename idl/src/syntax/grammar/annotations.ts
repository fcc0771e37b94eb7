/** What stands around declarations and members: annotations and doc comments. */
import type { IToken } from "chevrotain";
import type { AnnotationNode, LiteralNode, NameNode } from "../ast.ts";
import * as t from "../tokens.ts";
import { ValueGrammar } from "./values.ts";

/** What comes before the keyword of a declaration or an rpc. */
export interface Leading {
  /** The first token, annotations included. */
  readonly first: IToken;
  readonly head: {
    readonly annotations: readonly AnnotationNode[];
    readonly doc: string | undefined;
    /** Where the keyword begins. */
    readonly keyword: number;
  };
}

export abstract class AnnotationGrammar extends ValueGrammar {
  protected readonly annotation = this.RULE("annotation", (): AnnotationNode => {
    const sign = this.CONSUME(t.AnnotationName);
    const values: LiteralNode[] = [];
    const complete = this.OPTION(
      () =>
        this.guarded(
          () => this.SUBRULE(this.annotationArguments, { ARGS: [values] }),
          () => this.startsLine() || this.is(0, t.RParen) || this.atNextMember(),
        ) ?? false,
    );
    return this.ACTION(() => {
      const name: NameNode = { text: sign.image.slice(1), span: this.span(sign) };
      return { name, arguments: values, incomplete: complete === false, span: this.span(sign, this.LA(0)) };
    });
  });

  /** Whether what follows is no further argument: a field, or a line of its own behind one that could end there. */
  private haveArgumentsEnded(): boolean {
    if (this.atNumberedField()) return true;
    return this.startsLine() && (this.atField() || !this.is(0, t.Comma, t.LParen));
  }

  /** Whether the arguments of an annotation have surely ended, since something else begins. */
  private atNextMember(): boolean {
    return this.atNumberedField() || this.is(1, t.AnnotationName) || this.atRpc() || this.atDeclaration();
  }

  /** Answers false where a comma is missing, which is reported. */
  private readonly annotationArguments = this.RULE("annotationArguments", (values: LiteralNode[]) => {
    let separated = true;
    this.CONSUME(t.LParen);
    this.MANY({
      GATE: () => !this.is(1, t.RParen) && !this.haveArgumentsEnded(),
      DEF: () => {
        const value = this.SUBRULE(this.literal);
        this.ACTION(() => values.push(value));
        const comma = this.SUBRULE(this.comma, {
          ARGS: ["`)`", () => this.is(1, t.Text, t.Numeric, t.Word) && !this.haveArgumentsEnded()],
        });
        separated &&= comma;
      },
    });
    // A string that does not end has swallowed the parenthesis.
    if (!this.is(0, t.UnterminatedString)) this.CONSUME(t.RParen);
    return separated;
  });

  /** The doc comment between the token before a construct and the construct's keyword, name or number. */
  protected docBefore(token: IToken, previous: IToken): string | undefined {
    const from = Number.isNaN(previous.startOffset) ? 0 : t.endOf(previous);
    return this.source.docs.take(from, token.startOffset);
  }

  protected readonly leading = this.RULE("leading", (): Leading => {
    const previous = this.LA(0);
    const first = this.LA(1);
    const annotations: AnnotationNode[] = [];
    this.MANY(() => annotations.push(this.SUBRULE(this.annotation)));
    const doc = this.ACTION(() => this.docBefore(this.LA(1), previous));
    return { first, head: { annotations, doc, keyword: this.LA(1).startOffset } };
  });

  /** The annotations behind a field; a run that leads a declaration is not theirs. */
  protected readonly trailing = this.RULE("trailing", () => {
    const annotations: AnnotationNode[] = [];
    this.MANY({
      // On the line of the field it is the field's: it may be that the closing brace is missing, too.
      GATE: () => !(this.startsLine() && this.atDeclaration()),
      DEF: () => annotations.push(this.SUBRULE(this.annotation)),
    });
    return annotations;
  });
}
