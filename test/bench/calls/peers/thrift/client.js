import { once } from "node:events";
import "./require.js";
import thrift from "thrift";
import Bench from "../../../generated/thrift/Bench.js";
import types from "../../../generated/thrift/bench_types.js";

/** @type {import("../../peer.ts").Connect} */
export const connect = async (port) => {
  const options = { transport: thrift.TBufferedTransport, protocol: thrift.TBinaryProtocol };
  const connection = thrift.createConnection("127.0.0.1", Number(port), options);
  await once(connection, "connect");
  const client = thrift.createClient(Bench, connection);
  return (message) => client.echo(new types.EchoMessage(message));
};
