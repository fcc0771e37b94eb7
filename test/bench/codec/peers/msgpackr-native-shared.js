import { msgpackr } from "../msgpackr.js";

export const peer = msgpackr({ native: true, shared: true });
