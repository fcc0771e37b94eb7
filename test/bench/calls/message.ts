/** The message that every peer echoes. */
export interface EchoMessage {
  /** Different in each call, so that an answer to another call is found out. */
  id: number;
  key: string;
  method: string;
  region: string;
  user: string;
  value: number;
}

const regions = ["eu-west", "us-east", "ap-south", "sa-north"];
const methods = ["GET", "PUT", "POST", "PATCH", "DELETE"];

const count = 256;
const messages: readonly EchoMessage[] = Array.from({ length: count }, (_, i) => ({
  id: 0,
  key: `key-${String(i * 7_919_993).padStart(12, "0")}`,
  method: methods[i % methods.length]!,
  region: regions[i % regions.length]!,
  user: `user-${i}`,
  value: i * 1.25 + 0.1,
}));

/** The message of the `id`th call. */
export function request(id: number): EchoMessage {
  const { key, method, region, user, value } = messages[id % count]!;
  return { id, key, method, region, user, value };
}

/** @throws Error unless the answer is what was sent, field by field */
export function verify(sent: EchoMessage, answer: EchoMessage): void {
  if (
    answer.id !== sent.id ||
    answer.key !== sent.key ||
    answer.method !== sent.method ||
    answer.region !== sent.region ||
    answer.user !== sent.user ||
    answer.value !== sent.value
  ) {
    throw new Error(`wrong answer: sent ${JSON.stringify(sent)}, received ${JSON.stringify(answer)}`);
  }
}
