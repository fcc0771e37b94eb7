/** Messages in one file of the workload. */
const messagesPerFile = 20;
/** A service for each ten messages. */
export const messagesPerService = 10;

/** Schemas with a number of messages of eight fields, in files that import from their neighbours. */
export function workload(messages: number): ReadonlyMap<string, string> {
  const files = Math.ceil(messages / messagesPerFile);
  return new Map(Array.from({ length: files }, (_, index) => [`file${index}.gorpc`, schema(index)]));
}

function schema(file: number): string {
  const messages = Array.from({ length: messagesPerFile }, (_, index) => message(file, index));
  const services = Array.from({ length: messagesPerFile / messagesPerService }, (_, index) =>
    service(file, index),
  );
  const imports =
    file === 0 ? "" : `import { Message${file - 1}x0 as Neighbour } from "./file${file - 1}.gorpc"\n`;
  return [
    `package bench.file${file}.v1\n`,
    imports,
    `enum Status${file} {\n  0 UNKNOWN\n  1 OPEN\n  2 CLOSED\n}\n`,
    ...messages,
    ...services,
  ].join("\n");
}

function message(file: number, index: number): string {
  const neighbour = file === 0 ? "string" : "Neighbour";
  const nested = index === 0 ? "string" : `Message${file}x${index - 1}`;
  return `/// Message ${index} of file ${file}.
message Message${file}x${index} {
  1 id: string
  2 count: int32
  /// In cents.
  3 total: int64
  4 status: Status${file}
  5 tags: string[]
  6 nested: ${nested}?
  7 labels: map<string, string>
  8 others: ${index % 5 === 0 ? neighbour : nested}[]
}
`;
}

function service(file: number, index: number): string {
  const methods = Array.from({ length: messagesPerService }, (_, method) => {
    const name = `Message${file}x${index * messagesPerService + method}`;
    return `  /// Method ${method}.\n  rpc Method${method}(${name}) -> ${name}`;
  });
  return `service Service${file}x${index} {\n${methods.join("\n")}\n}\n`;
}
