/** Moleculer's TCP transporter without its discovery; what costs time and is not needed is off. */
import { ServiceBroker } from "moleculer";

export async function start(nodeID, urls, services = []) {
  const broker = new ServiceBroker({
    nodeID,
    transporter: { type: "TCP", options: { udpDiscovery: false, useHostname: false, urls } },
    logger: false,
    validator: false,
  });
  for (const service of services) broker.createService(service);
  await broker.start();
  return broker;
}
