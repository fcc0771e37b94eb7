import { struct } from "../../codec/gob/struct.ts";
import { requestFields, type RequestHeader, responseFields, type ResponseHeader } from "../go/headers.ts";

/** As `net/rpc` has them. */
export const request = struct<RequestHeader>("Request", requestFields);
export const response = struct<ResponseHeader>("Response", responseFields);
