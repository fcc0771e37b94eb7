import { expect, it } from "vitest";
import { RawText } from "../hostile/raw-text.ts";
import { Arith } from "./arith.gorpc.ts";
import { matching } from "./waiting.ts";
import { start, startServer } from "./world.ts";

/** What a server says to a request, which may come a byte at a time. */
async function ask(address: string, request: string, slowly = false): Promise<string> {
  const client = await RawText.dial(address);
  if (slowly) await client.dribble(request);
  else client.send(request);
  const answer = await client.whole();
  client.socket.end();
  return answer;
}

it.each([
  ["/debug/rpc", "<td>Sum(test.arith.v1.Operands) -&gt; int</td><td>Arith.Sum</td>"],
  ["/debug/methods?x=1", "<td>/test.arith.v1.Arith/Brief</td><td>duration</td><td>string</td><td>60 ms</td>"],
  ["/debug/methods", "<td>map&lt;string, int&gt;</td>"],
  ["/debug/methods", "<td>DivideByZero, TooLarge, Closed</td>"],
  ["/debug/methods", "<td>stream int</td>"],
])("%s shows a browser what is registered: %s", async (path, part) => {
  const { address, log } = await start();
  for (const slowly of [false, true]) {
    const answer = await ask(address, `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`, slowly);
    const [head, body] = answer.split("\r\n\r\n") as [string, string];
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\nContent-Type: text\/html; charset=utf-8\r\n/);
    expect(head).toContain(`\r\nContent-Length: ${body.length}\r\n`);
    expect(head).toContain("\r\nContent-Security-Policy: default-src 'none'");
    expect(body).toContain(part);
  }
  expect(log).toEqual([]);
});

it("answers HEAD with the head alone, of the same length", async () => {
  const { address } = await start();
  const whole = await ask(address, "GET /debug/rpc HTTP/1.0\n\n");
  const head = await ask(address, "HEAD /debug/rpc HTTP/1.0\n\n");
  expect(whole.startsWith(head)).toBe(true);
  expect(head.endsWith("\r\n\r\n")).toBe(true);
});

it("shows names as text, whatever they are", async () => {
  const { server } = startServer();
  const evil = Object.create(Arith, {
    typeName: { value: "x.<script>alert('&\"')</script>" },
  }) as typeof Arith;
  server.register(evil, {} as never);
  const page = await ask(await server.listen("tcp://127.0.0.1:0"), "GET /debug/rpc HTTP/1.1\r\n\r\n");
  expect(page).toContain("<h2>x.&lt;script&gt;alert(&#39;&amp;&quot;&#39;)&lt;/script&gt;</h2>");
  expect(page).not.toContain("<script");
});

it.each<readonly [string, string, string, RegExp]>([
  ["another page", "GET / HTTP/1.1\r\n\r\n", "404 Not Found", /there is no such page/],
  [
    "another method",
    "POST /debug/rpc HTTP/1.1\r\n\r\n",
    "405 Method Not Allowed",
    /POST is not taken: GET, HEAD and CONNECT are/,
  ],
  [
    "CONNECT elsewhere",
    "CONNECT x:443 HTTP/1.1\r\n\r\n",
    "404 Not Found",
    /CONNECT is taken to \/_goRPC_, \/_goprc_, \/_geeprc_/,
  ],
  [
    "CONNECT to what every object has",
    "CONNECT constructor HTTP/1.1\r\n\r\n",
    "404 Not Found",
    /CONNECT is taken to/,
  ],
  [
    "HTTP/2",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "505 HTTP Version Not Supported",
    /this port speaks HTTP\/1, not HTTP\/2.0/,
  ],
  ["no HTTP", "HELLO\r\n\r\n", "400 Bad Request", /this is no HTTP request/],
  [
    "a head without an end",
    `GET / HTTP/1.1\r\n${"x".repeat(9_000)}`,
    "431 Request Header Fields Too Large",
    /longer than the 8192 bytes/,
  ],
])("refuses %s with a reason, which is logged", async (_what, request, status, reason) => {
  const { address, arith, log } = await start();
  for (const slowly of request.length > 1_000 ? [false] : [false, true]) {
    const answer = await ask(address, request, slowly);
    expect(answer.split("\r\n")[0]).toBe(`HTTP/1.1 ${status}`);
    expect(answer).toMatch(reason);
  }
  expect(log[0]).toMatchObject({ message: matching(reason) });
  expect(await arith.negate(1)).toBe(-1);
});

it("shows nothing where the option debugPages is false", async () => {
  const { address } = await start({ server: { debugPages: false } });
  expect(await ask(address, "GET /debug/rpc HTTP/1.1\r\n\r\n")).toMatch(/^HTTP\/1\.1 404 Not Found/);
});

it("gives a request that does not end no more time than a handshake has", async () => {
  const { address, log } = await start({ server: { handshakeTimeout: 40 } });
  expect(await ask(address, "GET /debug/rpc HTTP/1.1\r\n")).toBe("");
  expect(log).toMatchObject([{ message: matching(/its handshake took longer than 40 ms/) }]);
});
