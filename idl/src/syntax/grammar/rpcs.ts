/** What stands in the braces of a service. */
import type { MethodNode, NameNode, PayloadNode } from "../ast.ts";
import * as t from "../tokens.ts";
import { keywords } from "../tokens.ts";
import { FieldGrammar } from "./fields.ts";

export abstract class RpcGrammar extends FieldGrammar {
  protected readonly method = this.RULE("method", (methods: MethodNode[]) => {
    const leading = this.SUBRULE(this.leading);
    this.CONSUME(keywords.rpc);
    const name = this.CONSUME(t.Word, { ERR_MSG: "the rpc's name" });
    const request = this.SUBRULE(this.request);
    const response = this.OPTION({ GATE: () => this.atResponse(), DEF: () => this.SUBRULE(this.response) });
    const throws: NameNode[] = [];
    this.OPTION1(() =>
      this.guarded(
        () => this.SUBRULE(this.throwsClause, { ARGS: [throws] }),
        () => this.atMethodEnd(),
      ),
    );
    const last = this.LA(0);
    this.OPTION2(() => {
      const open = this.CONSUME(t.LCurly);
      this.ACTION(() => {
        this.skip(() => this.atMethodEnd());
        this.foreign(
          open,
          open,
          "an rpc has no body",
          "its options are annotations before it: `@timeout(5s) rpc ...`",
        );
      });
      this.OPTION3(() => this.CONSUME(t.RCurly));
    });
    this.ACTION(() => {
      methods.push({
        name: this.name(name),
        ...leading.head,
        request,
        response,
        throws,
        span: this.span(leading.first, last),
      });
    });
  });

  private atMethodEnd(): boolean {
    return this.atRpc() || this.atDeclaration();
  }

  private atPayloadEnd(): boolean {
    return this.is(1, t.RParen, t.Arrow, keywords.throws) || this.atMethodEnd();
  }

  private atResponse(): boolean {
    return this.is(1, t.Arrow, t.Colon) || this.LA(1).image === "returns";
  }

  private readonly request = this.RULE("request", (): PayloadNode | undefined => {
    const open = this.OPTION(() => this.CONSUME(t.LParen));
    this.ACTION(() => {
      if (open === undefined) this.expected("`(`", "an rpc that takes nothing is written `rpc Name()`");
    });
    let failed = false;
    const payload = this.OPTION1({
      GATE: () => open !== undefined && !this.is(1, t.RParen) && !this.atMethodEnd(),
      DEF: () => {
        const payload = this.guarded(
          () => this.SUBRULE(this.payload),
          () => this.atPayloadEnd(),
        );
        failed = payload === undefined;
        return payload;
      },
    });
    this.ACTION(() => {
      if (open === undefined || failed || this.is(1, t.RParen)) return;
      this.expected(
        payload === undefined ? "a type or `)`" : "`)`",
        this.is(1, t.Comma) ? "an rpc takes one request" : undefined,
      );
      this.skip(() => this.atPayloadEnd());
    });
    this.OPTION2(() => this.CONSUME(t.RParen));
    return payload;
  });

  private readonly response = this.RULE("response", (): PayloadNode | undefined => {
    const arrow = this.OR([
      { ALT: () => this.CONSUME(t.Arrow) },
      { ALT: () => this.CONSUME(t.Colon) },
      { ALT: () => this.CONSUME(t.Word) },
    ]);
    const open = this.OPTION(() => this.CONSUME(t.LParen));
    let failed = false;
    const payload = this.OPTION1({
      GATE: () => !this.is(1, t.RParen) && !this.atMethodEnd(),
      DEF: () => {
        const payload = this.guarded(
          () => this.SUBRULE(this.payload),
          () => this.atPayloadEnd(),
        );
        failed = payload === undefined;
        return payload;
      },
    });
    const close = this.OPTION2({ GATE: () => open !== undefined, DEF: () => this.CONSUME(t.RParen) });
    this.ACTION(() => {
      if (failed) return;
      if (arrow.image !== "->" || open !== undefined) {
        const help = open !== undefined && payload === undefined ? "leave it out" : "write `-> Response`";
        this.foreign(
          arrow,
          close ?? arrow,
          "what an rpc answers stands behind `->`, without parentheses",
          help,
        );
      } else if (payload === undefined) {
        this.expected("a type", "an rpc that answers nothing is written without `->`");
      }
    });
    return payload;
  });

  private readonly payload = this.RULE("payload", (): PayloadNode => {
    const stream = this.OPTION(() => this.CONSUME(keywords.stream));
    this.OPTION1({
      GATE: () => this.is(2, t.Colon),
      DEF: () => {
        const name = this.CONSUME(t.Word);
        const colon = this.CONSUME(t.Colon);
        this.ACTION(() =>
          this.foreign(name, colon, "a request is a type alone, it has no name", "remove the name"),
        );
      },
    });
    const type = this.SUBRULE(this.type);
    return { stream: stream !== undefined, type };
  });

  /** `throws A, B`; also `throws A | B`, which is reported. */
  private readonly throwsClause = this.RULE("throwsClause", (throws: NameNode[]) => {
    this.CONSUME(keywords.throws);
    this.SUBRULE(this.thrown, { ARGS: [throws] });
    this.MANY({
      GATE: () => this.is(1, t.Comma) || this.LA(1).image === "|",
      DEF: () => {
        const separator = this.OR([
          { ALT: () => this.CONSUME(t.Comma) },
          { ALT: () => this.CONSUME(t.Unknown) },
        ]);
        this.ACTION(() => {
          if (separator.image === "|")
            this.foreign(separator, separator, "errors are separated by `,`", "write `,`");
        });
        this.SUBRULE1(this.thrown, { ARGS: [throws] });
      },
    });
  });

  private readonly thrown = this.RULE("thrown", (throws: NameNode[]) => {
    const name = this.CONSUME(t.Word, { ERR_MSG: "the name of an error" });
    this.ACTION(() => throws.push(this.name(name)));
  });
}
