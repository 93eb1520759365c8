package com.aiprod.pipeline.system.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.springframework.test.context.junit.jupiter.SpringExtension;

/**
 * Gives tests of the console a {@link Browser}: one for all of them, which is closed at the end. A test fails if its page had
 * an uncaught error, or did something that its policy forbids.
 */
final class BrowserExtension implements ParameterResolver, AfterEachCallback {

    private record Kept(Browser browser) implements ExtensionContext.Store.CloseableResource {
        @Override
        public void close() {
            browser.close();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Browser.class;
    }

    @Override
    public Browser resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return browser(context);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        assertThat(browser(context).faults()).isEmpty();
    }

    /** All tests share one application, and so its port. */
    private static Browser browser(ExtensionContext context) {
        String port = SpringExtension.getApplicationContext(context)
                .getEnvironment()
                .getRequiredProperty("local.server.port");
        return context.getRoot()
                .getStore(ExtensionContext.Namespace.create(BrowserExtension.class))
                .getOrComputeIfAbsent(port, any -> new Kept(Browser.start(Integer.parseInt(port))), Kept.class)
                .browser();
    }
}
