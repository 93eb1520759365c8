package com.aiprod.pipeline.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.security.web.firewall.StrictHttpFirewall;

class HttpFirewallTest {

    @Test
    void acceptsTheSameHeaderValuesAsTheDefault() {
        HttpFirewall ours = new HttpConfiguration().httpFirewall();
        HttpFirewall theirs = new StrictHttpFirewall();
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            String value = "a" + Character.toString(c) + "b";
            assertThat(accepts(ours, value)).as("U+%04X", c).isEqualTo(accepts(theirs, value));
        }
        assertThat(accepts(ours, "")).isTrue();
        assertThat(accepts(ours, "a\tb")).isTrue();
        assertThat(accepts(ours, "a\nb")).isFalse();
    }

    private static boolean accepts(HttpFirewall firewall, String value) {
        MockHttpServletRequest request = new MockHttpServletRequest("GET", "/");
        request.addHeader("X", value);
        try {
            firewall.getFirewalledRequest(request).getHeader("X");
            return true;
        } catch (RequestRejectedException e) {
            return false;
        }
    }
}
