import { randomUUID } from "node:crypto";
import type { CallOptions } from "../call-options.ts";
import type { Channel, ResponseStream } from "../client/channel.ts";
import type { ChannelOptions } from "../client/channel-options.ts";
import { openChannel } from "../client/open.ts";
import { channelOptions } from "../client/settings.ts";
import type { AnyMethod, Service, Streaming, Unary } from "../schema/service.ts";
import { serveWith } from "../server/loaded.ts";
import { Server, type ServerOptions } from "../server/server.ts";
import { serve } from "../server/serving.ts";
import { connectTo, memory } from "../transport/memory.ts";
import { checkNames } from "../option-names.ts";
import { fakes } from "./fakes.ts";
import type { FaultPlan } from "./faults.ts";
import { Links } from "./link.ts";

/** How a test's channel behaves, and what is at its other end. */
export interface TestChannelOptions extends ChannelOptions {
  /** For the server behind it. */
  readonly server?: ServerOptions;
  /** What befalls its bytes. @defaultValue nothing */
  readonly faults?: FaultPlan;
}

/**
 * A channel to fakes, through the real protocol and memory. Closing it closes the server behind it too.
 * @param handlers - those that the test needs: the others fail with UNIMPLEMENTED
 * @throws RangeError for an option or a fault out of its range
 */
export function testChannel<Handlers extends object, Methods extends Readonly<Record<string, AnyMethod>>>(
  service: Service<Handlers, Methods>,
  handlers: Partial<NoInfer<Handlers>>,
  options: TestChannelOptions = {},
): Channel {
  checkNames("testChannel()", { ...channelOptions, server: true, faults: true }, options);
  const { server: serverOptions, faults, ...channelOnly } = options;
  const links = faults === undefined ? undefined : new Links(faults);
  serveWith(serve);
  const server = new Server(serverOptions);
  server.register(service, fakes(service, handlers));
  const channel =
    links === undefined ? server.inMemory(channelOnly) : faultyChannel(server, links, channelOnly);
  return new TestChannel(channel, server);
}

function faultyChannel(server: Server, links: Links, options: ChannelOptions): Channel {
  const target = "memory:server";
  const name = randomUUID();
  let listening: Promise<string> | undefined;
  return openChannel(
    target,
    async (signal) => {
      listening ??= server.listen(`memory:${name}`);
      const stream = await memory.dial({ scheme: "memory", name, text: await listening }, signal);
      return connectTo((client) => links.join(client, stream), target);
    },
    options,
  );
}

class TestChannel implements Channel {
  readonly #channel: Channel;
  readonly #server: Server;

  constructor(channel: Channel, server: Server) {
    this.#channel = channel;
    this.#server = server;
  }

  unary<I, O>(method: Unary<I, O>, request: I, options?: CallOptions): Promise<O> {
    return this.#channel.unary(method, request, options);
  }

  stream<I, O>(
    method: Streaming<I, O>,
    requests: Iterable<I> | AsyncIterable<I>,
    options?: CallOptions,
  ): ResponseStream<O> {
    return this.#channel.stream(method, requests, options);
  }

  async close(): Promise<void> {
    await this.#channel.close();
    await this.#server.close({ drain: 0 });
  }
}
