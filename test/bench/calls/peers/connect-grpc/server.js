export { serve } from "../connect/server.js";
