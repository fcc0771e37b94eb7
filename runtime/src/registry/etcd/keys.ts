import { checkId } from "../endpoint.ts";

/** Where the endpoints of one name stand in etcd: at `<prefix><name>/<id>`. */
export class Keys {
  readonly #prefix: Buffer;
  /** The first key that may be an endpoint's, as etcd's JSON takes keys: in base64. */
  readonly first: string;
  /** The first key after all of them. */
  readonly end: string;

  constructor(prefix: string, name: string) {
    this.#prefix = Buffer.from(`${prefix}${name}/`);
    this.first = this.#prefix.toString("base64");
    // "0" is the character after "/".
    this.end = Buffer.from(`${prefix}${name}0`).toString("base64");
  }

  /** The key of an endpoint. */
  of(id: string): string {
    return Buffer.concat([this.#prefix, Buffer.from(id)]).toString("base64");
  }

  /** The endpoint's id in a key that etcd reports. @throws Error where there is none */
  idIn(key: string): string {
    const bytes = Buffer.from(key, "base64");
    const length = this.#prefix.length;
    if (!bytes.subarray(0, length).equals(this.#prefix)) throw new Error("the key stands elsewhere");
    // Of what is not UTF-8, two keys could read as one id.
    return checkId(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(length)));
  }
}
