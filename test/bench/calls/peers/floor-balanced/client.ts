/** The floor's client over all servers, one after another: what sixteen sockets cost without anything that chooses. */
import type { Connect } from "../../peer.ts";
import { connect as connectOne } from "../floor/client.ts";

export const connect: Connect = async (addresses) => {
  const all = await Promise.all(addresses.split(",").map(connectOne));
  let next = 0;
  return (message) => all[next++ % all.length]!(message);
};
