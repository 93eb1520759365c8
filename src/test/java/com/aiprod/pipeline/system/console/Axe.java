package com.aiprod.pipeline.system.console;

import com.deque.html.axecore.providers.EmbeddedResourceAxeProvider;
import java.io.IOException;
import java.util.Map;
import javax.naming.OperationNotSupportedException;
import org.openqa.selenium.JavascriptExecutor;

/**
 * axe-core, which finds faults of accessibility. Its own class for Selenium sends the script anew for each check, although the
 * console is one document.
 */
final class Axe {

    private static final String RUN = "return axe.run(document, {resultTypes: ['violations']}).then(found => ({"
            + " passes: found.passes.length,"
            + " faults: found.violations.map(it => it.id + ': ' + it.nodes.map(one => one.html + ' ' + one.failureSummary))}))";

    private Axe() {}

    /** Returns {@code passes}, the number of rules that the page keeps (Long), and {@code faults} (a list of texts). */
    @SuppressWarnings("unchecked")
    static Map<String, Object> run(JavascriptExecutor page) {
        if (Boolean.FALSE.equals(page.executeScript("return !!window.axe"))) {
            page.executeScript(script());
        }
        return (Map<String, Object>) page.executeScript(RUN);
    }

    private static String script() {
        try {
            return new EmbeddedResourceAxeProvider().getScript();
        } catch (IOException | OperationNotSupportedException e) {
            throw new IllegalStateException(e);
        }
    }
}
