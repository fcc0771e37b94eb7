export { connect } from "../gorpc/client.ts";
