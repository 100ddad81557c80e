// The engine's own thread: what the page asks is answered by one session.

import { Session } from "./engine/session.js";

const session = new Session();
self.onmessage = ({ data }) => self.postMessage(session.handle(data));
