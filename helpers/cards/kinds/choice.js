import { boxes } from "../controls.js";

export const choice = (question, id, changed) => boxes(question, id, changed, "radio");
