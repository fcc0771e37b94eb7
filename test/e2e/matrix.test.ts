import { describe } from "vitest";
import { cloneContentType } from "./clone-codec.ts";
import { calls } from "./suite/calls.ts";
import { errors } from "./suite/errors.ts";
import { metadata } from "./suite/metadata.ts";
import { streams } from "./suite/streams.ts";
import { values } from "./suite/values.ts";
import { type Route, type Setup, start, type World } from "./world.ts";

const routes: readonly Route[] = ["tcp", "tls", "unix", "memory", "inMemory", "port"];
const codecs = ["application/proto", "application/json", cloneContentType];
/** Its bodies are frames' payload as any codec's are: two routes show that. */
const gob = { codec: "application/gob", routes: ["tcp", "inMemory"] as readonly Route[] };

// One suite: what holds over one transport and codec holds over each.
for (const route of routes) {
  for (const codec of gob.routes.includes(route) ? [...codecs, gob.codec] : codecs) {
    const startHere = (setup: Setup = {}): Promise<World> =>
      start({ ...setup, route, channel: { ...setup.channel, codec } });

    describe(`${route}, ${codec}`, () => {
      describe("values", () => values(startHere));
      describe("errors", () => errors(startHere));
      describe("metadata", () => metadata(startHere));
      describe("calls", () => calls(startHere));
      describe("streams", () => streams(startHere));
    });
  }
}
