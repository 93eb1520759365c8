package com.aiprod.pipeline.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.api.http.EdgeTest;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;
import org.springframework.web.servlet.handler.HandlerMappingIntrospector;

@EdgeTest
class NoHandlerLookupTest {

    @Autowired
    private ApplicationContext context;

    @Test
    void looksUpNoHandler() {
        assertThat(context.getBeanNamesForType(HandlerMappingIntrospector.class))
                .isEmpty();
    }
}
