import { GoClientConnection } from "../go/client.ts";
import { opened } from "../go/opened.ts";
import type { ClientProtocol, OpenOptions } from "../protocol.ts";
import { ClassicClientWire } from "./client.ts";
import { type ClassicOption, contentTypes, writeOption } from "./option.ts";

/** The classic frameworks' protocol as channels speak it. */
export const classicClient: ClientProtocol = {
  name: "classic",
  alpn: undefined,
  async open(stream, options, owner, signal) {
    const rest = await opened(stream, options, signal);
    const option = optionOf(options);
    const wire = new ClassicClientWire(option.contentType, options.limits.maxMessageBytes);
    const connection = new GoClientConnection(stream, options, owner, wire);
    connection.greet(Buffer.from(writeOption(option)));
    connection.start(rest);
    return connection;
  },
};

function optionOf({ contentType, connectTimeout, handleTimeout }: OpenOptions): ClassicOption {
  return {
    contentType: contentTypes.find((known) => known === contentType) ?? "application/gob",
    connectTimeout: connectTimeout === Infinity ? 0 : connectTimeout,
    handleTimeout: handleTimeout === Infinity ? 0 : handleTimeout,
  };
}
