struct EchoMessage {
  1: i32 id,
  2: string key,
  3: string method,
  4: string region,
  5: string user,
  6: double value,
}

service Bench {
  EchoMessage echo(1: EchoMessage message),
}
