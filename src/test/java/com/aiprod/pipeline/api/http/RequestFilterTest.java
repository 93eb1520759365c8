package com.aiprod.pipeline.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.boot.availability.ApplicationAvailabilityBean;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

class RequestFilterTest {

    private final ApplicationAvailabilityBean availability = new ApplicationAvailabilityBean();

    @Test
    void returns503Not404UntilTheRoutesStart() throws Exception {
        MockFilterChain chain = new MockFilterChain();
        MockHttpServletResponse answer = call(chain);
        assertThat(answer.getStatus()).isEqualTo(503);
        assertThat(answer.getHeader("Retry-After")).isEqualTo("5");
        assertThat(answer.getContentType()).startsWith("application/problem+json");
        assertThat(chain.getRequest()).isNull();
    }

    @Test
    void passesRequestsWhenReady() throws Exception {
        availability.onApplicationEvent(new AvailabilityChangeEvent<>(this, ReadinessState.ACCEPTING_TRAFFIC));
        MockFilterChain chain = new MockFilterChain();
        call(chain);
        assertThat(chain.getRequest()).isInstanceOf(FilteredRequest.class);
    }

    private MockHttpServletResponse call(MockFilterChain chain) throws Exception {
        MockHttpServletResponse answer = new MockHttpServletResponse();
        new RequestFilter(availability, Duration.ofSeconds(5))
                .doFilter(new MockHttpServletRequest("GET", "/pipeline/jobs"), answer, chain);
        return answer;
    }
}
