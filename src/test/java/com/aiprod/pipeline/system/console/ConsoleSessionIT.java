package com.aiprod.pipeline.system.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.embedded.DevelopmentSignIn;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Sessions that end, and an API that goes away. */
@ConsoleTest
class ConsoleSessionIT {

    private final Browser browser;

    ConsoleSessionIT(Browser browser) {
        this.browser = browser;
    }

    @AfterEach
    void restore() {
        DevelopmentSignIn.tokensLast(Duration.ofMinutes(5));
        browser.online(true);
    }

    @Test
    void renewsTheSessionUnseen() {
        DevelopmentSignIn.tokensLast(Duration.ofSeconds(1));
        browser.signIn("hal");
        browser.awaitScript(
                "return performance.getEntriesByType('resource').filter(it => it.name.endsWith('/oauth/token')).length > 3");
        browser.go("submit");
        browser.find(".cards");
        assertThat(browser.text()).doesNotContain("session has ended");
    }

    @Test
    void keepsNoTokenWhereOthersCouldReadIt() {
        browser.signIn("ina");
        browser.find(".note");
        assertThat(browser.<String>script(
                        "return JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"))
                .isEqualTo("[{},{},\"\"]");
        assertThat(browser.address()).isEmpty();
    }

    @Test
    void losesNothingWhenTheSessionEnds() {
        DevelopmentSignIn.tokensLast(Duration.ofSeconds(1));
        String user = browser.signIn("jan");
        browser.go("submit");
        browser.find(".cards");
        browser.type("#content", "What was typed before.");
        browser.script("document.querySelector('input[value=scripted]').click()");
        DevelopmentSignIn.forget(user);
        browser.click("Make the video");
        browser.awaitText("Your session has ended");
        DevelopmentSignIn.tokensLast(Duration.ofMinutes(5));
        browser.click("Sign in again");
        browser.inNewWindow(() -> browser.chooseUser(user, false));
        // What waited for the session goes on.
        browser.awaitText("Completed");
        assertThat(browser.text()).contains("What was typed before.");
    }

    @Test
    void signsOutAndInAgain() {
        browser.signIn("kim");
        browser.click("Sign out");
        browser.awaitText("You are signed out");
        browser.click("Sign in");
        browser.find("button[value=developer]");
    }

    @Test
    void saysThatTheApiIsAwayAndRecoversByItself() {
        browser.signIn("lea");
        browser.awaitText("No videos yet");
        browser.online(false);
        browser.awaitText("The API does not answer.");
        assertThat(browser.text()).contains("No videos yet");
        browser.online(true);
        browser.await("the banner is gone", () -> !browser.text().contains("The API does not answer."));
    }

    @Test
    void reloadsWithoutAsking() {
        browser.signIn("mia");
        browser.go("submit");
        browser.find(".cards");
        browser.reload();
        browser.find(".cards");
        assertThat(browser.address()).isEqualTo("submit");
    }
}
