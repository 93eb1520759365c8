package com.aiprod.pipeline.api.http;

import com.aiprod.pipeline.api.problem.Problems;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.ServerHttpResponse;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.CorsUtils;
import org.springframework.web.cors.DefaultCorsProcessor;
import org.springframework.web.cors.UrlBasedCorsConfigurationSource;
import org.springframework.web.filter.CorsFilter;

/**
 * Lets pages of the configured origins call the API from a browser, with all headers of the API contract. The browser
 * hides responses from pages of other origins. Every call needs a token, whatever its origin.
 */
final class CrossOrigin extends DefaultCorsProcessor {

    private static final List<String> METHODS = List.of("GET", "HEAD", "POST", "DELETE");
    private static final Duration PREFLIGHT_MAX_AGE = Duration.ofHours(1);

    private CrossOrigin() {}

    /** @param origins allowed origins, such as {@code https://app.example.com}; {@code *} for any */
    static CorsFilter filter(List<String> origins) {
        CorsConfiguration allowed = new CorsConfiguration();
        allowed.setAllowedOrigins(origins);
        allowed.setAllowedMethods(METHODS);
        List<String> headers = new ArrayList<>(FilteredRequest.HEADERS);
        headers.add(HttpHeaders.AUTHORIZATION);
        headers.add(RequestIdFilter.HEADER);
        allowed.setAllowedHeaders(headers);
        List<String> exposed = new ArrayList<>(ResponseHeaders.ALLOWED);
        exposed.add(RequestIdFilter.HEADER);
        exposed.add(HttpHeaders.CONTENT_RANGE);
        exposed.add(HttpHeaders.WWW_AUTHENTICATE);
        allowed.setExposedHeaders(exposed);
        allowed.setMaxAge(PREFLIGHT_MAX_AGE);
        UrlBasedCorsConfigurationSource everywhere = new UrlBasedCorsConfigurationSource();
        everywhere.registerCorsConfiguration("/**", allowed);
        CorsFilter filter = new CorsFilter(everywhere);
        filter.setCorsProcessor(new CrossOrigin());
        return filter;
    }

    @Override
    public boolean processRequest(CorsConfiguration allowed, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        boolean fine = super.processRequest(allowed, request, response);
        if (!CorsUtils.isPreFlightRequest(request)) {
            return true;
        }
        if (!fine) {
            Problems.answerTo(new AccessDeniedException("Origin not allowed"), request)
                    .writeTo(response);
        }
        return fine;
    }

    /** {@link #processRequest} writes the response, because only it knows the request. */
    @Override
    protected void rejectRequest(ServerHttpResponse response) {}
}
