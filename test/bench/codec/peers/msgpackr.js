import { msgpackr } from "../msgpackr.js";

export const peer = msgpackr({ native: false, shared: false });
