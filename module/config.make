# Read by nginx's auto/make: `make modules` and `make install` of an nginx that was configured with this module.
vneid_root=$(cd "$ngx_addon_dir/.." && pwd)
vneid_build=$(pwd)/$NGX_OBJS/vneid

cat << END >> $NGX_MAKEFILE

modules:	vneid
vneid:	binary
	cd '$vneid_root' && cmake --preset release -B '$vneid_build' \\
		-DVNEID_NGINX_SOURCE='$(pwd)' -DVNEID_NGINX_BINARY='$(pwd)/$NGX_OBJS/nginx'
	cmake --build '$vneid_build' --target ngx_http_vneid_module
	cp '$vneid_build/module/ngx_http_vneid_module.so' $NGX_OBJS/

install:	install_vneid
install_vneid:	modules
	mkdir -p '\$(DESTDIR)$NGX_MODULES_PATH'
	cp $NGX_OBJS/ngx_http_vneid_module.so '\$(DESTDIR)$NGX_MODULES_PATH/'

.PHONY:	vneid install_vneid
END
