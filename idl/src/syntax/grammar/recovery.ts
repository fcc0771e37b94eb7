/**
 * What the grammar's rules stand on: where in the text the parser is, how it notes that something is missing, and how it
 * goes on after a construct it cannot read: it passes over tokens up to the next that can only be a beginning.
 */
import {
  EmbeddedActionsParser,
  EOF,
  isRecognitionException,
  type IToken,
  tokenMatcher,
  type TokenType,
} from "chevrotain";
import type { FileNode, NameNode, NumberNode, TextNode } from "../ast.ts";
import type { Report } from "../../diagnostics/diagnostic.ts";
import { clip } from "../../diagnostics/clip.ts";
import { Docs } from "../docs.ts";
import { unescape } from "../literals.ts";
import type { Span } from "../../span.ts";
import { expectations, found, placeOfMissing } from "../syntax-errors.ts";
import * as t from "../tokens.ts";
import { endOf, keywords } from "../tokens.ts";
import { hasLineBreak } from "../white-space.ts";

/** What a parse works on. */
export interface Source {
  readonly path: string;
  readonly text: string;
  readonly tokens: IToken[];
  readonly docs: Docs;
  readonly report: Report;
}

const noSource: Source = { path: "", text: "", tokens: [], docs: new Docs("", []), report: () => undefined };

/** Where tokens are passed over. */
export type Region = "body" | "top level";

/** What follows a run of annotations. */
type AfterAnnotations = "declaration" | "rpc" | "other";

const blockKeywords = [keywords.message, keywords.enum, keywords.union, keywords.error, keywords.service];
const statementKeywords = [keywords.package, keywords.import, keywords.const];

export abstract class RecoveringParser extends EmbeddedActionsParser {
  protected source = noSource;
  protected file!: FileNode;
  #lastReported: IToken | undefined;
  #run: { from: number; to: number; after: AfterAnnotations } = { from: 0, to: 0, after: "other" };

  constructor() {
    super(t.tokens, { maxLookahead: 3, recoveryEnabled: false, errorMessageProvider: expectations });
  }

  /** The empty tree of the next parse. */
  begin(path: string): FileNode {
    const lost = { names: new Set<string>(), some: false, nameless: false, rest: false };
    this.file = { path, packages: [], imports: [], declarations: [], lost };
    return this.file;
  }

  protected start(source: Source): void {
    this.source = source;
    this.#lastReported = undefined;
    this.#run = { from: 0, to: 0, after: "other" };
    this.input = source.tokens;
  }

  // Where the parser is

  protected is(ahead: number, ...types: readonly TokenType[]): boolean {
    const token = this.LA(ahead);
    return types.some((type) => tokenMatcher(token, type));
  }

  protected atEnd(): boolean {
    return this.is(1, EOF);
  }

  /** Whether the next token is the first on its line. */
  protected startsLine(): boolean {
    const behind = this.is(0, EOF) ? 0 : endOf(this.LA(0));
    return hasLineBreak(this.source.text.slice(behind, this.LA(1).startOffset));
  }

  /** Whether a declaration begins here beyond doubt, with its annotations or without. */
  protected atDeclaration(): boolean {
    if (this.is(1, t.AnnotationName)) return this.#afterAnnotations() === "declaration";
    return this.#declarationAt(1);
  }

  protected atRpc(): boolean {
    if (this.is(1, t.AnnotationName)) return this.#afterAnnotations() === "rpc";
    return this.is(1, keywords.rpc) && !this.is(2, t.Colon);
  }

  /** Whether a field or `reserved` begins here beyond doubt. */
  protected atField(): boolean {
    if (this.is(1, t.Numeric) && this.is(0, t.Comma, t.DotDot, t.Equals)) return false;
    if (this.is(1, keywords.reserved) && this.is(2, t.Numeric, t.Text)) return true;
    if (this.atNumberedField()) return true;
    if (!this.startsLine() && !this.is(0, t.LCurly)) return false;
    return this.is(1, t.Numeric) || this.atUnnumberedField() || (this.is(2, t.Word) && this.is(3, t.Equals));
  }

  protected atNumberedField(): boolean {
    return this.is(1, t.Numeric) && this.is(2, t.Word) && this.is(3, t.Colon, t.Question);
  }

  protected atUnnumberedField(): boolean {
    return this.is(1, t.Word) && (this.is(2, t.Colon) || (this.is(2, t.Question) && this.is(3, t.Colon)));
  }

  /** Whether a declaration or statement begins here, or something that is to be taken for one. */
  protected atTopLevel(): boolean {
    if (this.is(1, t.AnnotationName)) return true;
    if (this.is(1, t.Word, t.Numeric) && this.#atMargin()) return true;
    return this.is(1, ...blockKeywords, ...statementKeywords) && this.is(2, t.Word, t.LCurly, t.Text);
  }

  /** Whether the next token is a keyword that begins the next construct, rather than the name of this one. */
  protected atNextConstruct(): boolean {
    if (this.startsLine()) return this.is(1, ...blockKeywords, ...statementKeywords, keywords.rpc);
    return this.is(1, ...blockKeywords) && this.is(2, t.Word) && this.is(3, t.LCurly);
  }

  #declarationAt(ahead: number): boolean {
    if (this.is(ahead, ...blockKeywords)) return this.is(ahead + 1, t.Word) && this.is(ahead + 2, t.LCurly);
    if (this.is(ahead, keywords.const)) return this.is(ahead + 1, t.Word) && this.is(ahead + 2, t.Colon);
    if (this.is(ahead, keywords.import)) return this.is(ahead + 1, t.LCurly, t.Text);
    return this.is(ahead, keywords.package) && this.is(ahead + 1, t.Word) && !this.is(ahead + 2, t.Colon);
  }

  /** Remembered for the whole run, since every annotation of it asks. */
  #afterAnnotations(): AfterAnnotations {
    const here = this.LA(1).startOffset;
    if (here >= this.#run.from && here < this.#run.to) return this.#run.after;
    let ahead = 1;
    while (this.is(ahead, t.AnnotationName)) {
      ahead++;
      if (!this.is(ahead, t.LParen)) continue;
      do ahead++;
      while (this.is(ahead, t.Text, t.Numeric, t.Word, t.Comma));
      if (this.is(ahead, t.RParen)) ahead++;
    }
    const to = this.is(ahead, EOF) ? this.source.text.length : this.LA(ahead).startOffset;
    const after = this.#declarationAt(ahead) ? "declaration" : this.is(ahead, keywords.rpc) ? "rpc" : "other";
    this.#run = { from: here, to, after };
    return after;
  }

  #atMargin(): boolean {
    return /^[\n\r]?$/.test(this.source.text.charAt(this.LA(1).startOffset - 1));
  }

  /** How far from the start of its line a token stands. */
  protected columnOf(token: IToken): number {
    const { text } = this.source;
    const before = Math.max(
      text.lastIndexOf("\n", token.startOffset - 1),
      text.lastIndexOf("\r", token.startOffset - 1),
    );
    return token.startOffset - before - 1;
  }

  // What is wrong

  /** Notes that something is missing before the next token. */
  protected expected(
    what: string,
    help: string | undefined = this.is(1, t.LSquare) ? "a list is written `T[]`" : undefined,
  ): void {
    const { path, text } = this.source;
    this.#reportToken(placeOfMissing(path, text, this.LA(0), this.LA(1)), what, help);
  }

  /** Notes that the next token has no business here. */
  protected unexpected(expected: string, help?: string): void {
    this.#reportToken(this.span(this.LA(1)), expected, help);
  }

  #reportToken(span: Span, expected: string, help: string | undefined): void {
    const next = this.LA(1);
    if (this.#isAftermath()) return;
    this.#lastReported = next;
    this.source.report("unexpected-token", span, { expected, found: found(next), help });
  }

  /** Whether the last token that was reported is so near that this one is a consequence. */
  #isAftermath(): boolean {
    const last = this.#lastReported;
    const isNear = [1, 0, -1].some((ahead) => this.LA(ahead) === last);
    return isNear && !hasLineBreak(this.source.text.slice(last!.startOffset, this.LA(1).startOffset));
  }

  protected foreign(first: IToken, last: IToken, text: string, help: string): void {
    this.source.report("foreign-syntax", this.span(first, last), { text, help });
  }

  /** Runs a rule. Where it fails, notes the problem, passes over tokens until `stop` and answers undefined. */
  protected guarded<T>(rule: () => T, stop: () => boolean, region: Region = "body"): T | undefined {
    try {
      return rule();
    } catch (error) {
      if (!(error instanceof Error) || !isRecognitionException(error)) throw error;
      this.expected(error.message);
      this.file.lost.some = true;
      this.skip(stop, region);
      return undefined;
    }
  }

  // Passing over

  /** Passes over tokens up to where `stop` holds, or the body ends that they are in; braces are passed over in pairs. */
  protected skip(stop: () => boolean, region: Region = "body"): void {
    while (!this.atEnd() && !stop() && !(region === "body" && this.is(1, t.RCurly))) this.pass(region);
  }

  /** Passes over one token, and where that opens braces, over all that is in them. */
  protected pass(region: Region): void {
    this.noteLoss(region);
    this.SUBRULE(this.anything);
    this.passBlock("body");
  }

  /** Behind an opening brace: passes over what is in the braces. A declaration at the margin shows that they do not close. */
  protected passBlock(region: Region): void {
    this.source.docs.forget(this.LA(0).startOffset);
    let depth = this.is(0, t.LCurly) ? 1 : 0;
    while (depth > 0 && !this.atEnd() && !(this.#atMargin() && this.atDeclaration())) {
      if (this.is(1, t.LCurly)) depth++;
      if (this.is(1, t.RCurly)) depth--;
      this.noteLoss(region);
      this.SUBRULE(this.anything);
      this.source.docs.forget(this.LA(0).startOffset);
    }
  }

  /** Remembers that the next token is lost: outside of bodies any name may be that of a declaration. */
  protected noteLoss(region: Region): void {
    this.file.lost.some = true;
    const declares = region === "top level" || this.is(0, ...blockKeywords, keywords.const);
    if (declares && this.is(1, t.Word)) this.file.lost.names.add(this.LA(1).image);
  }

  private readonly anything = this.RULE("anything", () => this.CONSUME(t.Any));

  // Pieces of the tree

  protected span(first: IToken, last: IToken = first): Span {
    return { path: this.source.path, start: first.startOffset, end: Math.max(endOf(last), endOf(first)) };
  }

  protected name(token: IToken): NameNode {
    const { image } = token;
    const span = this.span(token);
    if (tokenMatcher(token, t.BadName)) {
      const suggestion = clip(image)
        .normalize("NFKD")
        .replace(/\p{M}/gu, "")
        .replace(/\W+/g, "_")
        .replace(/^_+|_+$/g, "");
      this.source.report("bad-name", span, { name: image, suggestion });
    }
    return { text: image, span };
  }

  protected number(token: IToken): NumberNode {
    const span = this.span(token);
    const bad = tokenMatcher(token, t.BadNumber);
    if (bad) this.source.report("bad-number", span, { text: token.image });
    return { kind: "number", text: token.image, bad, span };
  }

  protected text(token: IToken): TextNode {
    const { report, path } = this.source;
    const span = this.span(token);
    const closed = !tokenMatcher(token, t.UnterminatedString);
    let body = token.image.slice(1, closed ? -1 : undefined);
    if (!closed) report("unterminated-string", span);
    if (tokenMatcher(token, t.SingleQuoted)) {
      body = body.replaceAll("\\'", "'");
      report("single-quotes", span, { text: `"${body.replaceAll('"', '\\"')}"` });
    }
    const value = unescape(body, (escape, offset) => {
      const start = span.start + 1 + offset;
      report("bad-escape", { path, start, end: start + escape.length }, { escape });
    });
    if (/\p{Cs}/u.test(value)) report("bad-string", span);
    return { kind: "text", value, span };
  }
}
