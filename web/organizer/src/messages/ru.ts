import common from "../../../shared/src/i18n/ru.json";
import door from "../door/messages/ru.json";
import own from "./ru.json";

export default { ...own, door, common };
