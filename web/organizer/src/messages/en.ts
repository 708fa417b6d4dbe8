import common from "../../../shared/src/i18n/en.json";
import door from "../door/messages/en.json";
import own from "./en.json";

export default { ...own, door, common };
