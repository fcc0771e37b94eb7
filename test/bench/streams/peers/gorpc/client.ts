import { connect as open } from "@gorpc/runtime";
import { numberOf } from "../../message.ts";
import type { Connect } from "../../peer.ts";
import { ChunksClient } from "./chunks.gorpc.ts";

export const connect: Connect = async (address) => {
  const client = new ChunksClient(await open(address));
  return async (bytes, count) => {
    for await (const { body } of client.get({ bytes })) {
      if (!count.take(numberOf(body), body.length)) return;
    }
  };
};
