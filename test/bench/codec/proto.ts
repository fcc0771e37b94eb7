import { loadProto } from "../../codec/protobuf.ts";

/** `messages.gorpc` in the other language, for the libraries that read that. */
const text = `
syntax = "proto3";
package bench.codec;

message Small {
  int32 id = 1;
  string name = 2;
  string city = 3;
  string street = 4;
  string code = 5;
  double score = 6;
}

message Money {
  string currency = 1;
  int32 units = 2;
  int32 nanos = 3;
}

message LineItem {
  string sku = 1;
  string title = 2;
  int32 quantity = 3;
  Money price = 4;
  Money discount = 5;
}

enum Status {
  UNKNOWN = 0;
  PAID = 1;
  SHIPPED = 2;
}

message Order {
  string id = 1;
  string customer = 2;
  Status status = 3;
  repeated LineItem items = 4;
  map<string, string> labels = 5;
  Money total = 6;
  bool gift = 7;
  optional string note = 8;
}

message Archive {
  string name = 1;
  repeated Order orders = 2;
  repeated string descriptions = 3;
  repeated double samples = 4;
  repeated int32 counts = 5;
}
`;

export const proto = loadProto(text);
