/*
 * Turns names into lines of the table: each becomes a comment in the assembly
 * that the compiler writes, so that nothing has to be linked or run.
 */
#include <sys/types.h>
#include <sys/ioccom.h>
#include <sys/socket.h>
#include <net/ethernet.h>
#include <netgraph/ng_message.h>
#include <netinet/in.h>
#include <limits.h>
#include <stddef.h>

#define LINE(text, format, ...) __asm__ volatile("\n#ABI " HEADER text format ::__VA_ARGS__)
#define NUMBER(value) "i"((long long)(value))

#define CONST(name) LINE(" const " #name, " %c0", NUMBER(name))
#define STRING(name) __asm__ volatile("\n#ABI " HEADER " string " #name " " name)

/* A structure known by its tag, and its members. */
#define STRUCT(tag) SIZE(#tag, struct tag)
#define FIELD(tag, member) PLACE(#tag "." #member, struct tag, member)

/* A structure known by its type name, and its members. */
#define TYPE(type) SIZE(#type, type)
#define MEMBER(type, member) PLACE(#type "." #member, type, member)

/* A union known by its tag, and its members. */
#define UNION(tag) SIZE(#tag, union tag)
#define ARM(tag, member) PLACE(#tag "." #member, union tag, member)

/* A flexible array: it has a place and no size. */
#define FLEXIBLE(tag, member) \
	LINE(" field " #tag "." #member, " %c0 0", NUMBER(offsetof(struct tag, member)))

/* A function, of the type that it must have. */
#define FUNCTION(name, ...) \
	_Static_assert(__builtin_types_compatible_p(__typeof__(name), __VA_ARGS__), #name); \
	__asm__ volatile("\n#ABI " HEADER " function " #name " " #__VA_ARGS__)

#define SIZE(name, type) \
	LINE(" struct " name, " %c0 %c1", NUMBER(sizeof(type)), NUMBER(_Alignof(type)))
#define PLACE(name, type, member) \
	LINE(" field " name, " %c0 %c1", NUMBER(offsetof(type, member)), \
	    NUMBER(sizeof(((type *)0)->member)))
