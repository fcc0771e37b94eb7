/**
 * The grammar, from tokens to the syntax tree: the file and its declarations. It accepts more than the language: forms that
 * people bring along from other languages are read, reported and understood, so that one slip costs one diagnostic.
 */
import type { ParserMethod } from "chevrotain";
import type { FieldNode, FieldsNode, ImportedNameNode, MethodNode, ValueNode } from "../ast.ts";
import * as t from "../tokens.ts";
import { keywords } from "../tokens.ts";
import type { Leading } from "./annotations.ts";
import { BodyGrammar, emptyBody } from "./bodies.ts";
import type { Source } from "./recovery.ts";

class SchemaGrammar extends BodyGrammar {
  constructor() {
    super();
    this.performSelfAnalysis();
  }

  /** Fills in the tree that `begin` gave; where `report` throws, the tree is complete up to there. */
  parse(source: Source): void {
    this.start(source);
    this.schema();
  }

  private readonly schema = this.RULE("schema", () => {
    this.MANY(() => {
      this.OR({
        MAX_LOOKAHEAD: 1,
        IGNORE_AMBIGUITIES: true,
        DEF: [
          { ALT: () => this.SUBRULE(this.packageStatement) },
          { ALT: () => this.SUBRULE(this.importStatement) },
          {
            ALT: () =>
              this.guarded(
                () => this.SUBRULE(this.declaration),
                () => this.atTopLevel(),
                "top level",
              ),
          },
          { ALT: () => this.SUBRULE(this.separators) },
          {
            ALT: () =>
              this.SUBRULE(this.junk, {
                ARGS: ["`import` or a declaration", () => this.atTopLevel(), "top level"],
              }),
          },
        ],
      });
    });
  });

  // Statements

  private readonly packageStatement = this.RULE("packageStatement", () => {
    const doc = this.ACTION(() => this.docBefore(this.LA(1), this.LA(0)));
    const keyword = this.CONSUME(keywords.package);
    const name = this.guarded(
      () => this.SUBRULE(this.packageName),
      () => this.atTopLevel(),
      "top level",
    );
    this.ACTION(() => this.file.packages.push({ name, doc, span: this.span(keyword, this.LA(0)) }));
  });

  private readonly packageName = this.RULE("packageName", () => {
    const parts = [this.CONSUME(t.Word, { ERR_MSG: "the package's name" })];
    this.MANY(() => {
      this.CONSUME(t.Dot);
      const part = this.OPTION({ GATE: () => !this.atDeclaration(), DEF: () => this.CONSUME1(t.Word) });
      this.ACTION(() => {
        if (part === undefined) this.expected("a part of the package's name");
        else parts.push(part);
      });
    });
    return this.ACTION(() => parts.map((part) => this.name(part).text).join("."));
  });

  private readonly importStatement = this.RULE("importStatement", () => {
    const keyword = this.CONSUME(keywords.import);
    const names: ImportedNameNode[] = [];
    const specifier = this.guarded(
      () => this.SUBRULE(this.importClause, { ARGS: [names] }),
      () => this.is(0, t.Text) || this.atTopLevel(),
      "top level",
    );
    this.ACTION(() => this.file.imports.push({ names, specifier, span: this.span(keyword, this.LA(0)) }));
  });

  private readonly importClause = this.RULE("importClause", (names: ImportedNameNode[]) => {
    let separated = true;
    const from = this.OPTION(() => {
      this.CONSUME(t.LCurly, { ERR_MSG: "`{` and the names to import" });
      this.MANY({
        GATE: () => this.atImportedName() || this.is(1, t.Comma),
        DEF: () => {
          const name = this.SUBRULE(this.importedName);
          this.ACTION(() => {
            // Behind a missing comma stands a name, or an alias that misses its `as`.
            if (name !== undefined && separated) names.push(name);
            else if (name !== undefined) this.file.lost.names.add(name.alias.text);
          });
          separated = this.SUBRULE(this.comma, { ARGS: ["`}`", () => this.atImportedName()] });
        },
      });
      this.CONSUME(t.RCurly, { ERR_MSG: "`,` or `}`" });
      return this.CONSUME(keywords.from);
    });
    const specifier = this.CONSUME(t.Text, {
      ERR_MSG: from === undefined ? "`{` and the names to import" : "the file's path in quotes",
    });
    return this.ACTION(() => {
      if (from === undefined) {
        const help = `write \`import { Name } from ${specifier.image}\``;
        this.foreign(specifier, specifier, "an import names what it imports", help);
      }
      return this.text(specifier);
    });
  });

  private atImportedName(): boolean {
    return this.is(1, t.Word) && !this.is(2, t.Text) && !this.atDeclaration();
  }

  /** `Name` or `Name as Other`; undefined, and reported, where one of the two is missing. */
  private readonly importedName = this.RULE("importedName", (): ImportedNameNode | undefined => {
    const name = this.OPTION({
      GATE: () => !(this.is(1, keywords.as) && this.is(2, t.Word) && !this.is(2, keywords.as)),
      DEF: () => this.CONSUME(t.Word),
    });
    this.ACTION(() => {
      if (name === undefined) this.expected("a name to import");
    });
    const as = this.OPTION1(() => this.CONSUME(keywords.as));
    const alias = this.OPTION2({ GATE: () => as !== undefined, DEF: () => this.CONSUME1(t.Word) });
    return this.ACTION(() => {
      if (as !== undefined && alias === undefined) this.expected("a name after `as`");
      if (name !== undefined && (as === undefined || alias !== undefined)) {
        return { name: this.name(name), alias: this.name(alias ?? name) };
      }
      this.file.lost.nameless = true;
      return undefined;
    });
  });

  // Declarations

  protected readonly declaration: ParserMethod<[], void> = this.RULE("declaration", () => {
    const leading = this.SUBRULE(this.leading);
    this.OR({
      ERR_MSG: "a declaration",
      DEF: [
        { ALT: () => this.SUBRULE(this.constant, { ARGS: [leading] }) },
        { ALT: () => this.SUBRULE(this.fieldsDeclaration, { ARGS: [leading] }) },
        { ALT: () => this.SUBRULE(this.enumeration, { ARGS: [leading] }) },
        { ALT: () => this.SUBRULE(this.service, { ARGS: [leading] }) },
      ],
    });
  });

  private readonly constant = this.RULE("constant", (leading: Leading) => {
    const keyword = this.CONSUME(keywords.const);
    const name = this.SUBRULE(this.declaredName, { ARGS: ["constant"] });
    // The only declaration that can fail behind its name, and be left out with it.
    this.ACTION(() => name && this.file.lost.names.add(name.text));
    const type = this.OPTION(() => {
      this.CONSUME(t.Colon);
      return this.SUBRULE(this.type);
    });
    this.ACTION(() => {
      if (type !== undefined || !this.is(1, t.Equals)) return;
      const help = `write \`const ${name?.text ?? "NAME"}: int32 = ...\``;
      this.foreign(keyword, this.LA(0), "a constant states its type", help);
    });
    this.CONSUME(t.Equals, { ERR_MSG: "`=`" });
    const value = this.OPTION1({
      GATE: () => !this.atNextConstruct(),
      DEF: () => this.SUBRULE(this.literal),
    });
    this.ACTION(() => {
      if (value === undefined) this.expected("a value");
    });
    this.ACTION(() => {
      const span = this.span(leading.first, this.LA(0));
      this.file.declarations.push({ kind: "constant", name, ...leading.head, type, value, span });
    });
  });

  private readonly fieldsDeclaration = this.RULE("fieldsDeclaration", (leading: Leading) => {
    const kind = this.OR<FieldsNode["kind"]>([
      { ALT: () => (this.CONSUME(keywords.message), "message") },
      { ALT: () => (this.CONSUME(keywords.union), "union") },
      { ALT: () => (this.CONSUME(keywords.error), "error") },
    ]);
    const name = this.SUBRULE(this.declaredName, { ARGS: [kind] });
    const body = emptyBody<FieldNode>();
    this.block({
      keyword: kind,
      name,
      leading,
      body,
      expects: "a field (`1 name: type`)",
      isMember: () => this.is(1, t.Numeric) || this.atUnnumberedField(),
      isReserved: () => !this.atUnnumberedField(),
      member: () => this.SUBRULE(this.field, { ARGS: [body.members] }),
      begins: () => this.atField(),
    });
    this.ACTION(() => {
      this.file.declarations.push({
        kind,
        name,
        ...leading.head,
        ...body,
        span: this.span(leading.first, this.LA(0)),
      });
    });
  });

  private readonly enumeration = this.RULE("enumeration", (leading: Leading) => {
    this.CONSUME(keywords.enum);
    const name = this.SUBRULE(this.declaredName, { ARGS: ["enum"] });
    const body = emptyBody<ValueNode>();
    this.block({
      keyword: "enum",
      name,
      leading,
      body,
      expects: "a value (`1 NAME`)",
      isMember: () => true,
      isReserved: () => true,
      member: () => this.SUBRULE(this.value, { ARGS: [body.members] }),
      begins: () => this.is(1, t.Numeric) || (this.is(1, t.Word) && this.startsLine()),
    });
    this.ACTION(() => {
      const span = this.span(leading.first, this.LA(0));
      this.file.declarations.push({ kind: "enum", name, ...leading.head, ...body, span });
    });
  });

  private readonly service = this.RULE("service", (leading: Leading) => {
    this.CONSUME(keywords.service);
    const name = this.SUBRULE(this.declaredName, { ARGS: ["service"] });
    const body = emptyBody<MethodNode>();
    this.block({
      keyword: "service",
      name,
      leading,
      body,
      expects: "an rpc (`rpc Name(Request) -> Response`)",
      isMember: () => this.atRpc(),
      isReserved: () => false,
      member: () => this.SUBRULE(this.method, { ARGS: [body.members] }),
      begins: () => this.atRpc(),
    });
    this.ACTION(() => {
      const span = this.span(leading.first, this.LA(0));
      this.file.declarations.push({ kind: "service", name, ...leading.head, methods: body.members, span });
    });
  });
}

/** The one parser: making it costs some milliseconds, and it keeps nothing between two texts. */
export const grammar = new SchemaGrammar();
