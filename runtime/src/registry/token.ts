/**
 * The token that a registry asks for, as its clients and itself are given it.
 * @throws TypeError for one that no header can carry; the message does not show it
 */
export function checkToken(token: string | undefined): string | undefined {
  if (token === undefined || /^[\x21-\x7e]{1,1024}$/.test(token)) return token;
  throw new TypeError("token takes 1 to 1024 visible ASCII characters without a space");
}
