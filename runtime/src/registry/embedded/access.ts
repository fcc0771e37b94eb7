import { createHash, timingSafeEqual } from "node:crypto";
import { checkToken } from "../token.ts";
import { Refusal } from "./refusal.ts";

/** Who may ask a registry: everybody, or whoever shows its token. */
export class Access {
  readonly #digest: Buffer | undefined;

  /** @throws TypeError for a token of the wrong form */
  constructor(token: string | undefined) {
    const checked = checkToken(token);
    this.#digest = checked === undefined ? undefined : digestOf(checked);
  }

  /**
   * @param authorization - the request's header of that name
   * @throws Refusal unless it shows the token
   */
  check(authorization: string | undefined): void {
    if (this.#digest === undefined) return;
    const shown = tokenIn(authorization ?? "");
    if (shown === undefined)
      throw refused('the registry asks for its token: "authorization: Bearer <token>" (option token)');
    // Digests, so that the comparison takes as long whatever was shown, and however long it is.
    if (!timingSafeEqual(digestOf(shown), this.#digest))
      throw refused("the token is not that of this registry (option token)");
  }
}

/** As a bearer; or as the password of any user, which browsers ask for and classic frameworks take in their URL. */
function tokenIn(authorization: string): string | undefined {
  const [, scheme, credentials] = /^(bearer|basic) +(\S+)$/i.exec(authorization) ?? [];
  if (scheme === undefined || credentials === undefined) return undefined;
  if (scheme.toLowerCase() === "bearer") return credentials;
  const decoded = Buffer.from(credentials, "base64").toString();
  return decoded.slice(decoded.indexOf(":") + 1);
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function refused(text: string): Refusal {
  return new Refusal(401, text, { "www-authenticate": 'Basic realm="gorpc-registry", Bearer' });
}
