package com.aiprod.pipeline.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.server.resource.web.BearerTokenResolver;
import org.springframework.security.oauth2.server.resource.web.DefaultBearerTokenResolver;

class BoundedBearerTokenResolverTest {

    private static final BearerTokenResolver RESOLVER = new BoundedBearerTokenResolver();

    static Stream<String> headers() {
        Stream<String> forms = Stream.of(
                "",
                "Bearer",
                "Bearer ",
                "bearer a",
                "BEARER a",
                "Bearer a",
                "Bearer  a",
                "Bearer\ta",
                "Bearera",
                "BearerX a",
                " Bearer a",
                "Bearer a ",
                "Bearer a b",
                "Bearer =",
                "Bearer a=",
                "Bearer a==",
                "Bearer a=b",
                "Basic YTpi",
                "DPoP a",
                "Bearer a.b.c",
                "Bearer a-b_c~d+e/f",
                "Bearer a,b",
                "Bearer \u00e4",
                "Bearer \u0130");
        return Stream.concat(forms, IntStream.range(0, 300).mapToObj(c -> "Bearer a" + (char) c + "b"));
    }

    @ParameterizedTest
    @MethodSource("headers")
    void resolvesLikeSpring(String header) {
        MockHttpServletRequest request = new MockHttpServletRequest();
        request.addHeader("Authorization", header);
        assertThat(outcome(RESOLVER, request)).isEqualTo(outcome(new DefaultBearerTokenResolver(), request));
    }

    @Test
    void rejectsATokenThatIsTooLong() {
        MockHttpServletRequest request = new MockHttpServletRequest();
        request.addHeader("Authorization", "Bearer " + "a".repeat(8 * 1024 + 1));
        assertThatThrownBy(() -> RESOLVER.resolve(request)).isInstanceOf(OAuth2AuthenticationException.class);
    }

    private static String outcome(BearerTokenResolver resolver, MockHttpServletRequest request) {
        try {
            return resolver.resolve(request);
        } catch (OAuth2AuthenticationException e) {
            return e.getError().getErrorCode() + ": " + e.getError().getDescription();
        }
    }
}
