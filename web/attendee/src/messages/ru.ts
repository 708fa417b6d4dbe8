import common from "../../../shared/src/i18n/ru.json";
import own from "./ru.json";

export default { ...own, common };
